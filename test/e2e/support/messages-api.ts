import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject, memberOf } from '../../../src/core/json.ts';
import { items } from './json.ts';

/** A stand-in for the Messages API on the loopback address, which remembers what it was told. */
export interface MessagesApi {
  readonly url: string;
  /** Every text of each request for a message, in the order of the conversation. */
  readonly conversations: readonly (readonly string[])[];
  /** The same requests as they came, with the system prompt and the results of tools. */
  readonly requests: readonly unknown[];
  /** Answers the next requests with calls of tools, one for each, and only then in words. */
  callTools(...calls: readonly ToolCall[]): void;
  /** The same, for requests of the conversation in which this was said last. */
  callToolsWhenTold(prompt: string, ...calls: readonly ToolCall[]): void;
  /** Answers the next requests in these words, one text for each, and only then in its own. */
  say(...texts: readonly string[]): void;
  /** Takes this long for every message from now on, so that the program lives that long. */
  takeTime(milliseconds: number): void;
  /** Sends these headers with every message from now on, as the limits of an account are told. */
  sendHeaders(headers: Readonly<Record<string, string>>): void;
  /** Refuses requests for messages from now on, as `decide` says for who is asking. */
  refuse(decide: (caller: Caller) => Refusal | undefined): void;
  close(): Promise<void>;
}

/** Who asks for a message. */
interface Caller {
  /** The API key, or the token of a login. */
  readonly key: string;
  /** The model that is asked. */
  readonly model: unknown;
}

/** An answer that is no message. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type: string;
  readonly message: string;
}

/** A call of one of the program's tools. */
interface ToolCall {
  readonly name: string;
  readonly input: object;
}

export async function startMessagesApi(): Promise<MessagesApi> {
  const conversations: (readonly string[])[] = [];
  const requests: unknown[] = [];
  const calls: ToolCall[] = [];
  const words: string[] = [];
  const callsWhenTold = new Map<string, ToolCall[]>();
  const nextCall = (texts: readonly string[]) => {
    const prompt = texts.findLast((text) => callsWhenTold.has(text));
    return (prompt === undefined ? undefined : callsWhenTold.get(prompt)?.shift()) ?? calls.shift();
  };
  const manner: Manner = {
    nextCall,
    nextWords: () => words.shift(),
    pauseMs: 0,
    headers: {},
    refusalFor: () => undefined,
  };
  // It never hangs up: the program would be told so if it asked in that very moment.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    answer(request, response, { conversations, requests }, manner).catch((error: unknown) => {
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
    requests,
    callTools: (...wanted) => {
      calls.push(...wanted);
    },
    callToolsWhenTold: (prompt, ...wanted) => {
      callsWhenTold.set(prompt, [...wanted]);
    },
    say: (...texts) => {
      words.push(...texts);
    },
    takeTime: (milliseconds) => {
      manner.pauseMs = milliseconds;
    },
    sendHeaders: (headers) => {
      manner.headers = headers;
    },
    refuse: (decide) => {
      manner.refusalFor = decide;
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

/** What the stand-in was told so far. */
interface Heard {
  readonly conversations: (readonly string[])[];
  readonly requests: unknown[];
}

/** How the stand-in answers now. */
interface Manner {
  readonly nextCall: (texts: readonly string[]) => ToolCall | undefined;
  readonly nextWords: () => string | undefined;
  pauseMs: number;
  headers: Readonly<Record<string, string>>;
  refusalFor: (caller: Caller) => Refusal | undefined;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { conversations, requests }: Heard,
  manner: Manner,
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
      const texts = items(memberOf(told, 'messages')).flatMap(textsOf);
      const model = memberOf(told, 'model');
      const refusal = manner.refusalFor({ key: keyOf(request), model });
      if (refusal !== undefined) {
        refuse(response, refusal);
        return;
      }
      conversations.push(texts);
      requests.push(told);
      const call = manner.nextCall(texts);
      const words = call === undefined ? manner.nextWords() : undefined;
      const message = messageFor(
        conversations.length,
        model,
        contentOf(conversations.length, call, words),
      );
      await delay(manner.pauseMs);
      for (const [name, value] of Object.entries(manner.headers)) response.setHeader(name, value);
      if (memberOf(told, 'stream') === true) stream(response, message);
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

function keyOf({ headers }: IncomingMessage): string {
  return String(headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, ''));
}

function refuse(response: ServerResponse, { status, headers, type, message }: Refusal): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  json(response, status, { type: 'error', error: { type, message } });
}

function textsOf(message: unknown): readonly string[] {
  const content = memberOf(message, 'content');
  const blocks = typeof content === 'string' ? [{ text: content }] : items(content);
  return blocks.map((block) => memberOf(block, 'text')).filter((it) => typeof it === 'string');
}

type Content =
  | { readonly type: 'text'; readonly text: string }
  | (ToolCall & { readonly type: 'tool_use'; readonly id: string });

function contentOf(request: number, call: ToolCall | undefined, words = replyTo(request)): Content {
  return call === undefined
    ? { type: 'text', text: words }
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
