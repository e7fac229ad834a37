// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard (WCAG 2.1.1).
// The small pieces that every page is made of.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Link } from 'wouter';

export function Page({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} - Postroom`;
  }, [title]);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className="lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Card({
  title,
  actions,
  children,
  className = '',
}: {
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}): ReactNode {
  return (
    <section className={`card ${className}`}>
      {title !== undefined && (
        <header className="card-head">
          <h2>{title}</h2>
          {actions !== undefined && <div className="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

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

export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  );
}

export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: (id: string, hintId: string | undefined) => ReactNode;
}): ReactNode {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <p className="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  value,
  onChange,
  hint,
  type = 'text',
  placeholder,
  autoFocus,
  required,
  autoComplete = 'off',
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly type?: 'text' | 'password' | 'email' | 'number' | 'search' | 'time';
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
  readonly autoComplete?: string;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus === true) input.current?.focus();
  }, [autoFocus]);
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <input
          ref={input}
          id={id}
          type={type}
          value={value}
          placeholder={placeholder}
          required={required}
          autoComplete={type === 'password' ? (autoComplete === 'off' ? 'new-password' : autoComplete) : autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={hintId}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function SelectField({
  label,
  value,
  onChange,
  options,
  hint,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly (readonly [string, string])[];
  readonly hint?: ReactNode;
}): ReactNode {
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <select id={id} value={value} aria-describedby={hintId} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

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

export function ButtonLink({
  href,
  children,
  kind = 'plain',
}: {
  readonly href: string;
  readonly children: ReactNode;
  readonly kind?: 'plain' | 'primary';
}): ReactNode {
  return (
    <Link href={href} className={`button ${kind}`}>
      {children}
    </Link>
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

/** A table that scrolls by itself on narrow screens, and can be reached by the keyboard there. */
export function TableFrame({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className="table-frame" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}

/** Descriptions of settings have `code` in them and nothing else of Markdown. */
export function Described({ text }: { readonly text: string }): ReactNode {
  return text.split('`').map((part, place) => (place % 2 === 1 ? <code key={`${place}-${part}`}>{part}</code> : part));
}
