/** With `projects` shared and `file-history` not, a rewind would destroy files: so `projects` comes last. */
export function projectsLast<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly Item[] {
  const rank = (item: Item) => (isProjects(nameOf(item)) ? 1 : 0);
  return items.toSorted((one, other) => rank(one) - rank(other));
}

export function isProjects(name: string): boolean {
  return name === 'projects';
}
