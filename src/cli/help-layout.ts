import { Help } from 'commander';

const NARROWEST_COLUMN = 24;
const INDENT = 6;

/** A term and what it means, beside each other where there is room for two columns, otherwise below. */
function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  if (width - termWidth - 4 >= NARROWEST_COLUMN || description === '') {
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  }
  const lines = helper.boxWrap(description, Math.max(16, width - INDENT)).split('\n');
  return [`  ${term}`, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

/** How help is laid out, in a narrow terminal, too. */
export const helpLayout = {
  showGlobalOptions: true,
  minWidthToWrap: NARROWEST_COLUMN - 4,
  formatItem,
};
