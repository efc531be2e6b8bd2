import type { JsonField } from './json-field.ts';

const LIMIT = 256;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What a line that is no message says of the whole conversation. */
export type Notice =
  | { readonly about: 'organization'; readonly organization: string }
  | { readonly about: 'end' }
  | { readonly about: 'rewinding'; readonly toNothing: boolean }
  | { readonly about: 'title'; readonly isOdd: boolean }
  | { readonly about: 'code-mode'; readonly isOn: boolean };

/** Where a scanner leaves what is wanted of such a line. */
export class NoticeFields {
  readonly #organization: JsonField;
  readonly #leafUuid: JsonField;
  readonly #explicit: JsonField;
  readonly #replMode: JsonField;
  readonly #customTitle: JsonField;

  constructor(root: JsonField) {
    this.#organization = root.member('organizationUuid', LIMIT);
    this.#leafUuid = root.member('leafUuid', LIMIT);
    this.#explicit = root.member('explicit');
    this.#customTitle = root.member('customTitle', LIMIT);
    this.#replMode = root.member('replMode');
  }

  read(type: string | undefined): Notice | undefined {
    switch (type) {
      case 'hybrid-organization': {
        const organization = this.#organization.string?.toLowerCase() ?? '';
        return UUID.test(organization) ? { about: 'organization', organization } : undefined;
      }
      case 'ended-by-model':
        return { about: 'end' };
      case 'last-prompt':
        return this.#readLastPrompt();
      case 'custom-title': {
        const isOdd = this.#customTitle.kind !== 'string' && this.#customTitle.isTruthy;
        return { about: 'title', isOdd };
      }
      case 'repl-mode': {
        const { kind } = this.#replMode;
        const isBoolean = kind === 'true' || kind === 'false';
        return isBoolean ? { about: 'code-mode', isOn: kind === 'true' } : undefined;
      }
      default:
        return undefined;
    }
  }

  #readLastPrompt(): Notice | undefined {
    if (this.#leafUuid.kind === 'string') return { about: 'rewinding', toNothing: false };
    const toNothing = this.#leafUuid.kind === 'null' && this.#explicit.kind === 'true';
    return toNothing ? { about: 'rewinding', toNothing } : undefined;
  }
}
