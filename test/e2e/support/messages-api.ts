import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { field, isObject, items } from './json.ts';

/** A stand-in for the Messages API on the loopback address, which remembers what it was told. */
export interface MessagesApi {
  readonly url: string;
  /** Every text of each request for a message, in the order of the conversation. */
  readonly conversations: readonly (readonly string[])[];
  /** Answers the next requests with calls of tools, one for each, and only then in words. */
  callTools(...calls: readonly ToolCall[]): void;
  /** The same, for requests of the conversation in which this was said last. */
  callToolsWhenTold(prompt: string, ...calls: readonly ToolCall[]): void;
  /** Takes this long for every message from now on, so that the program lives that long. */
  takeTime(milliseconds: number): void;
  close(): Promise<void>;
}

/** A call of one of the program's tools. */
interface ToolCall {
  readonly name: string;
  readonly input: object;
}

export async function startMessagesApi(): Promise<MessagesApi> {
  const conversations: (readonly string[])[] = [];
  const calls: ToolCall[] = [];
  const callsWhenTold = new Map<string, ToolCall[]>();
  const nextCall = (texts: readonly string[]) => {
    const prompt = texts.findLast((text) => callsWhenTold.has(text));
    return (prompt === undefined ? undefined : callsWhenTold.get(prompt)?.shift()) ?? calls.shift();
  };
  let pauseMs = 0;
  const server = createServer((request, response) => {
    answer(request, response, conversations, nextCall, pauseMs).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!isObject(address)) throw new Error('The stand-in has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    conversations,
    callTools: (...wanted) => {
      calls.push(...wanted);
    },
    callToolsWhenTold: (prompt, ...wanted) => {
      callsWhenTold.set(prompt, [...wanted]);
    },
    takeTime: (milliseconds) => {
      pauseMs = milliseconds;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What the stand-in says to the request of this number, counted from one. */
export function replyTo(request: number): string {
  return `This is reply ${request} of the stand-in.`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  conversations: (readonly string[])[],
  nextCall: (texts: readonly string[]) => ToolCall | undefined,
  pauseMs: number,
): Promise<void> {
  const body = await text(request);
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'POST') {
    json(response, request.method === 'HEAD' ? 200 : 404, {});
    return;
  }
  switch (pathname) {
    case '/v1/messages': {
      const told: unknown = JSON.parse(body);
      const texts = items(field(told, 'messages')).flatMap(textsOf);
      conversations.push(texts);
      const content = contentOf(conversations.length, nextCall(texts));
      const message = messageFor(conversations.length, field(told, 'model'), content);
      await delay(pauseMs);
      if (field(told, 'stream') === true) stream(response, message);
      else json(response, 200, message);
      return;
    }
    case '/v1/messages/count_tokens':
      json(response, 200, { input_tokens: 1 });
      return;
    default:
      json(response, 404, {
        type: 'error',
        error: { type: 'not_found_error', message: `The stand-in has no ${pathname}` },
      });
  }
}

function textsOf(message: unknown): readonly string[] {
  const content = field(message, 'content');
  const blocks = typeof content === 'string' ? [{ text: content }] : items(content);
  return blocks.map((block) => field(block, 'text')).filter((it) => typeof it === 'string');
}

type Content =
  | { readonly type: 'text'; readonly text: string }
  | (ToolCall & { readonly type: 'tool_use'; readonly id: string });

function contentOf(request: number, call: ToolCall | undefined): Content {
  return call === undefined
    ? { type: 'text', text: replyTo(request) }
    : { type: 'tool_use', id: `toolu_${request}`, ...call };
}

function messageFor(request: number, model: unknown, content: Content) {
  return {
    // The program takes messages of one id for parts of one message.
    id: `msg_${request}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [content],
    stop_reason: content.type === 'text' ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

function stream(response: ServerResponse, message: ReturnType<typeof messageFor>): void {
  const { stop_reason, stop_sequence, usage } = message;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    ...message.content.flatMap((content, index) => [
      { type: 'content_block_start', index, content_block: emptied(content) },
      { type: 'content_block_delta', index, delta: deltaOf(content) },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
    { type: 'message_stop' },
  ]) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}

function emptied(content: Content): Content {
  return content.type === 'text' ? { ...content, text: '' } : { ...content, input: {} };
}

function deltaOf(content: Content) {
  return content.type === 'text'
    ? { type: 'text_delta', text: content.text }
    : { type: 'input_json_delta', partial_json: JSON.stringify(content.input) };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
