/** What every command is told. */
export interface CommonOptions {
  readonly home?: readonly string[];
  readonly root?: string;
  readonly shared?: readonly { readonly name: string; readonly target: string }[];
  readonly json?: true;
  readonly color: boolean;
}

export interface ActingOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

export interface MigrateChoices extends ActingOptions {
  readonly live: 'refuse' | 'merge';
  readonly acceptRetention?: true;
  readonly keepBoth?: readonly string[];
}

export interface RestoreChoices extends ActingOptions {
  readonly live: 'refuse' | 'merge';
  readonly detach?: true;
}

export interface RetireChoices extends ActingOptions {
  readonly all?: true;
  readonly discard?: readonly string[];
}

export interface ResumeChoices {
  readonly under?: string;
  readonly cwd?: string;
  readonly claudeVersion?: string;
}

/** What is asked for. */
export type Request =
  | { readonly command: 'doctor' | 'originals' }
  | { readonly command: 'ensure'; readonly choices: Pick<ActingOptions, 'dryRun'> }
  | { readonly command: 'migrate'; readonly choices: MigrateChoices }
  | { readonly command: 'restore'; readonly choices: RestoreChoices }
  | {
      readonly command: 'retire';
      readonly paths: readonly string[];
      readonly choices: RetireChoices;
    }
  | {
      readonly command: 'why' | 'resume';
      readonly sessionId: string;
      readonly choices: ResumeChoices;
    }
  | { readonly command: 'where'; readonly sessionId: string };

/** A command line that has been understood. */
export interface Invocation {
  readonly request: Request | { readonly command: 'schema' };
  readonly common: CommonOptions;
}
