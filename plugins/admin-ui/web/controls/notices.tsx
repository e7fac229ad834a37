// What a page says of a state: notices, problems, and badges of one word.
import type { ReactNode } from 'react';

/** Says what is wrong and stays until it is mended. */
export function Notice({
  kind,
  title,
  children,
}: {
  readonly kind: 'problem' | 'warning' | 'good' | 'info';
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={`notice ${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      {title !== undefined && <strong>{title}</strong>}
      <div>{children}</div>
    </div>
  );
}

export function Problem({ sentence }: { readonly sentence: string | undefined }): ReactNode {
  return sentence === undefined ? null : (
    <Notice kind="problem">
      {sentence.split('\n').map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Notice>
  );
}

/** Colour and a word, never colour alone. */
export function Badge({
  tone,
  children,
}: {
  readonly tone: 'good' | 'warning' | 'problem' | 'muted' | 'info';
  readonly children: ReactNode;
}): ReactNode {
  return <span className={`badge ${tone}`}>{children}</span>;
}
