import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Page } from './page.ts';
import type { Setting } from './setting.ts';

/** What every command works with. */
export interface Context {
  readonly io: Io;
  readonly setting: Setting;
  /** For the result. With `--json` nothing that is printed here is seen. */
  readonly page: Page;
  /** For what is said on the way, on the standard error. */
  readonly notes: Page;
  readonly isJson: boolean;
}

/** How a command ended, and what it tells with `--json`. */
export interface Result {
  readonly exitCode: ExitCode;
  readonly body: object;
}
