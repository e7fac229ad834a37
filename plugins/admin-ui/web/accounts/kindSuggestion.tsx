// Regular or Domain POP? What the mail at the ISP speaks for, and why; the person decides.
import type { ReactNode } from 'react';
import { useCommand } from '../api/useCommand.js';
import { ActionButton } from '../controls/buttons.js';
import { Notice, Problem } from '../controls/notices.js';

/** `kind`: the one that is chosen now. */
export function KindSuggestion({
  account,
  kind,
  onChoose,
}: {
  readonly account: string;
  readonly kind: string;
  readonly onChoose: (kind: string) => unknown;
}): ReactNode {
  const { data, error } = useCommand('accounts.suggest-kind', { account });
  if (data === undefined)
    return error === undefined ? <p className="hint">Looking at the newest mail there...</p> : <Problem sentence={error} />;
  const { suggestion, title, because } = data;
  if (suggestion === undefined) return <p className="hint">{because}</p>;
  return suggestion === kind ? (
    <Notice kind="good" title={`${title ?? suggestion} fits.`}>
      {because}
    </Notice>
  ) : (
    <Notice kind="warning" title={`This looks like a ${title ?? suggestion}.`}>
      <p>{because}</p>
      <ActionButton act={() => onChoose(suggestion)}>Make it a {title ?? suggestion}</ActionButton>
    </Notice>
  );
}
