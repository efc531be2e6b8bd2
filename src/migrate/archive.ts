import type { ArchiveOptions } from './options.ts';
import type { ArchiveReport, UnarchiveReport } from './report.ts';

export function archive(options: ArchiveOptions = {}): Promise<ArchiveReport> {
  throw new Error(String(options));
}

export function unarchive(
  sessionId: string,
  options: ArchiveOptions = {},
): Promise<UnarchiveReport> {
  throw new Error(sessionId + String(options));
}
