// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox, as WAI-ARIA has it.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the combobox, as WAI-ARIA has it.
// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a list box of list items is the pattern of WAI-ARIA.
// biome-ignore-all lint/a11y/useSemanticElements: a select cannot hold two columns, nor be searched.
// Ctrl+K: every page, command, setting and user by name.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { CommandsRow } from '../answers.generated.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { mailboxName } from '../base/format.js';
import { Dialog } from '../controls/dialog.js';
import { addressOf, PAGES } from '../pages/table.js';
import { CommandDialog } from './commandDialog.js';

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly words: string;
  readonly choose: () => void;
}
const MOST = 40;

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [, go] = useLocation();
  const commands = useResource('/api/commands').data ?? [];
  const properties = useResource('/api/contributions').data?.properties ?? [];
  const users = useCommand('users.list').data ?? [];
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [running, setRunning] = useState<CommandsRow>();
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);

  const visit = (address: string) => (): void => {
    onClose();
    go(address);
  };
  const entries: readonly Entry[] = [
    { name: 'Overview', kind: 'page', words: '', choose: visit('/') },
    ...PAGES.filter(({ group }) => group !== undefined).map((page) => ({
      name: page.name,
      kind: 'page',
      words: page.path,
      choose: visit(addressOf(page)),
    })),
    ...commands.map((command) => ({
      name: command.title,
      kind: `command ${command.command}`,
      words: command.command,
      choose: () => setRunning(command),
    })),
    ...users.map((user) => ({
      name: mailboxName(user),
      kind: 'user',
      words: user.addresses.join(' '),
      choose: visit(user.account === undefined ? '/mailboxes/admin1' : `/accounts/${encodeURIComponent(user.account)}`),
    })),
    ...properties
      .filter(({ scope, schema }) => scope === 'server' && schema.secret !== true)
      .map(({ key, schema }) => ({
        name: schema.title ?? key,
        kind: `setting ${key}`,
        words: key,
        choose: visit(`/settings?find=${encodeURIComponent(key)}`),
      })),
  ];
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = entries
    .filter(({ name, kind, words: more }) => words.every((word) => `${name} ${kind} ${more}`.toLowerCase().includes(word)))
    .slice(0, MOST);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt(Math.max(0, Math.min(found.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      found[at]?.choose();
    }
  };
  if (running !== undefined) return <CommandDialog declaration={running} onClose={onClose} />;
  return (
    <Dialog title="Search and run" onClose={onClose}>
      <input
        type="search"
        role="combobox"
        aria-label="Pages, commands, settings and users"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${at}` : undefined}
        autoComplete="off"
        value={query}
        onKeyDown={key}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
      />
      {found.length === 0 && <p className="hint">Nothing is called so. Try another word.</p>}
      <ul className="palette-list" role="listbox" id={listId} aria-label="Found" ref={list} hidden={found.length === 0}>
        {found.map((entry, place) => (
          <li
            key={`${entry.kind} ${entry.name}`}
            id={`${listId}-${place}`}
            role="option"
            aria-selected={place === at}
            onClick={entry.choose}
          >
            <span>{entry.name}</span>
            <span className="hint">{entry.kind}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
