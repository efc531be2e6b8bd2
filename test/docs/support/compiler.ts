import ts from 'typescript';
import { pathInRepository } from './source.ts';

/** A program of the given files under the options of this repository. */
export function programOf(files: readonly string[]): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    pathInRepository('tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  return ts.createProgram(files, parsed?.options ?? {});
}

function fail({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
}
