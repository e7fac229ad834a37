// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard (WCAG 2.1.1).
// The frame of every table.
import type { ReactNode } from 'react';

/** A table that scrolls by itself on narrow screens, and can be reached by the keyboard there. */
export function TableFrame({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className="table-frame" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
