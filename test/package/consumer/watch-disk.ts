import { replaceDisk } from './replace-disk.ts';

// Preloaded: tells at the end which functions of the disk the package has called.
const calls: string[] = [];
Error.stackTraceLimit = Infinity;
replaceDisk((name, original) => (...parameters) => {
  const { stack = '' } = new Error('where from');
  if (/claude-shared-state[/\\]dist[/\\]/.test(stack)) calls.push(name);
  return original(...parameters);
});
process.once('exit', () => console.log(JSON.stringify(calls)));
