// Buttons that work, and links that look like them.
import { type ReactNode, useState } from 'react';

/** A button that is busy while its work runs, and shows nothing else: what went wrong is the caller's to show. */
export function ActionButton({
  act,
  children,
  kind = 'plain',
  disabled = false,
}: {
  readonly act: () => unknown;
  readonly children: ReactNode;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly disabled?: boolean;
}): ReactNode {
  const [busy, setBusy] = useState(false);
  return (
    <button
      type="button"
      className={`button ${kind}`}
      disabled={disabled || busy}
      aria-busy={busy}
      onClick={() => {
        const work = act();
        if (!(work instanceof Promise)) return;
        setBusy(true);
        void work.finally(() => setBusy(false));
      }}
    >
      {children}
    </button>
  );
}
