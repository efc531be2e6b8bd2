/** What every command accepts. */
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
  readonly preferShared?: readonly string[];
  readonly preferHome?: readonly string[];
}

export interface RestoreChoices extends ActingOptions {
  readonly acceptOtherTarget?: true;
}

export interface PruneChoices extends ActingOptions {
  readonly all?: true;
  readonly discard?: readonly string[];
}

export interface ArchiveChoices {
  readonly archive?: string;
}

export interface ResumeChoices {
  readonly under?: string;
  readonly cwd?: string;
  readonly claudeVersion?: string;
}

/** A command with its arguments and options. */
export type Request =
  | { readonly command: 'doctor' | 'restore-points' }
  | { readonly command: 'ensure'; readonly choices: Pick<ActingOptions, 'dryRun'> }
  | { readonly command: 'migrate'; readonly choices: MigrateChoices }
  | { readonly command: 'restore'; readonly choices: RestoreChoices }
  | {
      readonly command: 'prune';
      readonly paths: readonly string[];
      readonly choices: PruneChoices;
    }
  | { readonly command: 'archive'; readonly choices: ArchiveChoices }
  | {
      readonly command: 'unarchive';
      readonly sessionId: string;
      readonly choices: ArchiveChoices;
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
