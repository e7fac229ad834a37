// After a change: what it would have been on the command line, to copy.
import { type ReactNode, useEffect, useState } from 'react';
import { commandLineOf, jsonOf, lastChange } from '../api/lastChange.js';
import { useStore } from '../api/store.js';

export function LastChangeBar(): ReactNode {
  const change = useStore(lastChange);
  const [copied, setCopied] = useState<string>();
  useEffect(() => setCopied(undefined), [change]);
  if (change === undefined) return null;
  const copy = (what: string, text: string): void => {
    void navigator.clipboard.writeText(text).then(
      () => setCopied(`${what} copied.`),
      () => setCopied('The browser does not allow copying here; mark the text instead.'),
    );
  };
  return (
    <aside className="last-change" aria-label="The last change as a command">
      <span className="last-change-label">Done. As a command:</span>
      <code>{commandLineOf(change)}</code>
      <span className="actions">
        <button type="button" className="button quiet" onClick={() => copy('Command line', commandLineOf(change))}>
          Copy
        </button>
        <button type="button" className="button quiet" onClick={() => copy('JSON', jsonOf(change))} aria-label="Copy as JSON">
          JSON
        </button>
        <button type="button" className="button quiet" onClick={() => lastChange.set(undefined)}>
          Dismiss
        </button>
      </span>
      <span role="status">{copied}</span>
    </aside>
  );
}
