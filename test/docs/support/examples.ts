import { readdirSync, readFileSync } from 'node:fs';
import { pages, pageText } from './pages.ts';
import { pathInRepository } from './source.ts';

/** A code block that a reader may copy. */
export interface Example {
  /** Where it stands, and its title or the heading above it. */
  readonly title: string;
  readonly code: string;
}

/** Every `ts` block of every page, under the heading above it. */
export function pageExamples(): readonly Example[] {
  return pages.flatMap((page) =>
    pageText(page)
      .split(/^(?=#+ )/m)
      .flatMap((section) => {
        const heading = /^#+ (.*)/.exec(section)?.[1] ?? 'before the first heading';
        const blocks = [...section.matchAll(/^```ts\n(.*?)^```$/gms)];
        return blocks.map(([, code = ''], index) => {
          const number = blocks.length > 1 ? ` (${index + 1})` : '';
          return { title: `${page}: ${heading}${number}`, code };
        });
      }),
  );
}

/** The code block of every `@example` in the source, under its title. */
export function sourceExamples(): readonly Example[] {
  const files = readdirSync(pathInRepository('src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(pathInRepository(`src/${file}`), 'utf8');
      const comments = [...text.matchAll(/\/\*\*.*?\*\//gs)].map(([comment]) =>
        withoutStars(comment),
      );
      return comments.flatMap((comment) => examplesIn(comment, `src/${file}`));
    });
}

function examplesIn(comment: string, file: string): readonly Example[] {
  const titles = [...comment.matchAll(/^@example\b.*$/gm)];
  const examples = [...comment.matchAll(/^@example (?<title>.+)\n```ts\n(?<code>.*?)^```$/gms)];
  if (titles.length !== examples.length) {
    throw new Error(`${file} has an @example without a title or a ts block`);
  }
  return examples.map(({ groups: { title = '', code = '' } = {} }) => ({
    title: `${file}: ${title}`,
    code,
  }));
}

function withoutStars(comment: string): string {
  return comment.replace(/^ *\* ?/gm, '');
}
