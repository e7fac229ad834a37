// Somebody who shares an account: name, password, CC. Shows both usable addresses as one types.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { UsersListRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { TextField } from '../controls/fields.js';
import { Problem } from '../controls/notices.js';
import { usableAddresses } from './usableAddresses.js';

export interface UserFormAccount {
  readonly account: string;
  readonly kind: string;
  readonly address: string;
}

/** `user`: who is modified; without one somebody is inserted. */
export function UserForm({
  account,
  user,
  colleagues,
  furtherNames,
  onDone,
}: {
  readonly account: UserFormAccount;
  readonly user?: UsersListRow | undefined;
  readonly colleagues: readonly string[];
  readonly furtherNames: readonly string[];
  readonly onDone: (name: string) => void;
}): ReactNode {
  const [name, setName] = useState(user?.user ?? '');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [cc, setCc] = useState<readonly string[]>(user?.cc ?? []);
  const [further, setFurther] = useState(furtherNames.join(', '));
  const [problem, setProblem] = useState<string>();
  /** What is typed meanwhile would be lost with the form. */
  const [isSaving, setSaving] = useState(false);
  const furtherKey = account.kind === 'domain' ? 'aliases' : 'names';
  const addresses = name === '' ? [] : usableAddresses(account.kind, account.address, name);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password !== again) return setProblem('The two passwords differ. Type the same one twice.');
    if (user === undefined && password === '') return setProblem('Choose a password: the mail program logs in with it.');
    const names = further
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const sets = [`cc.to=${cc.length === 0 ? '' : JSON.stringify(cc)}`, `${furtherKey}=${names.length === 0 ? '' : JSON.stringify(names)}`];
    setSaving(true);
    try {
      if (user === undefined)
        await change('users.add', { account: account.account, user: name, set: sets.filter((each) => !each.endsWith('=')) });
      else await change('users.change', { account: account.account, user: user.user, set: sets });
      if (password !== '') await change('users.set-password', { account: account.account, user: user?.user ?? name, password });
      if (user !== undefined && name !== user.user) await change('users.rename', { account: account.account, user: user.user, name });
      onDone(name);
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setSaving(false);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Problem sentence={problem} />
      <fieldset className="plain" disabled={isSaving}>
        <TextField
          label="User name"
          value={name}
          onChange={setName}
          hint="The login of the mail program, and the name in front of the address."
          required
          autoFocus
        />
        <p className="hint" aria-live="polite">
          {addresses.length === 0 ? 'The mail addresses show here as you type.' : 'People can write to:'}
        </p>
        <ul className="plain">
          {addresses.map((address) => (
            <li key={address} className="address">
              {address}
            </li>
          ))}
        </ul>
        <div className="form-grid">
          <TextField
            label="Password"
            type="password"
            value={password}
            onChange={setPassword}
            hint={user === undefined ? 'For the mail program of this user.' : 'Leave empty to keep the present one.'}
          />
          <TextField label="Password again" type="password" value={again} onChange={setAgain} />
        </div>
        <TextField
          label={account.kind === 'domain' ? 'Further addresses' : 'Further names'}
          value={further}
          onChange={setFurther}
          hint={
            account.kind === 'domain'
              ? 'Other names before the @, with commas: sales, l.jones'
              : 'Other names that senders use, with commas: Andrew Smith, Andy'
          }
        />
        {colleagues.length > 0 && (
          <fieldset>
            <legend>CC to</legend>
            <p className="hint">These colleagues always get a copy of mail to this user.</p>
            <div className="checks">
              {colleagues.map((colleague) => (
                <label key={colleague} className="check">
                  <input
                    type="checkbox"
                    checked={cc.includes(colleague)}
                    onChange={(event) => setCc(event.currentTarget.checked ? [...cc, colleague] : cc.filter((each) => each !== colleague))}
                  />
                  {colleague}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <button type="submit" className="button primary">
          {user === undefined ? 'Insert' : 'Modify'}
        </button>
      </fieldset>
    </form>
  );
}
