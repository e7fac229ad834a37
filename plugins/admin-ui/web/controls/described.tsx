// The descriptions that plugins give of their settings.
import type { ReactNode } from 'react';

/** Descriptions of settings have `code` in them and nothing else of Markdown. */
export function Described({ text }: { readonly text: string }): ReactNode {
  return text.split('`').map((part, place) => (place % 2 === 1 ? <code key={`${place}-${part}`}>{part}</code> : part));
}
