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

/** What the compiler says about the given files of a program; nothing if all is well. */
export function complaintsAbout(files: readonly string[], program: ts.Program): string {
  const complaints = [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => {
      const source = program.getSourceFile(file);
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
    }),
  ];
  return ts.formatDiagnostics(complaints, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => pathInRepository('.'),
    getNewLine: () => '\n',
  });
}

function fail({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
}
