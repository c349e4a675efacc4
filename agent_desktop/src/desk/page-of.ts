/** A long list that is read a page at a time: what is shown of it, where it goes on, and how much there is. */

export interface Page<A> {
  readonly list: readonly A[];
  readonly next: string | null;
  /** In all; null: what was said with the first page still holds. */
  readonly count: number | null;
}

type Row = { readonly id: string | number };

/** What is shown when a page more has come. What has moved into it meanwhile is not shown twice. */
export function withMore<A extends Row>(before: Page<A> | null, page: Page<A>): Page<A> {
  if (before === null) return page;
  const shown = new Set(before.list.map((one) => one.id));
  return { list: [...before.list, ...page.list.filter((one) => !shown.has(one.id))], next: page.next, count: page.count ?? before.count };
}

/** What is shown when one of it is gone; the place in the list stays. */
export function without<A extends Row>(page: Page<A> | null, id: A["id"]): Page<A> | null {
  if (page === null) return null;
  const list = page.list.filter((one) => one.id !== id);
  const gone = page.list.length - list.length;
  return { ...page, list, count: page.count === null ? null : page.count - gone };
}

/** The keys go on with the first of what has come, once it is drawn: the button that asked for it may be gone. */
export function stepTo(box: HTMLElement | null, what: string, index: number): void {
  requestAnimationFrame(() => box?.querySelectorAll<HTMLElement>(what)[index]?.focus());
}
