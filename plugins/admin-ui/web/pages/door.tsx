// Before the manager opens: ADMIN1's first password, and the login.
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { ask, sentenceOf } from '../api/client.js';
import { session } from '../api/sessionStore.js';
import { useStore } from '../api/store.js';
import { TextField } from '../controls/fields.js';
import { Problem } from '../controls/notices.js';

function Door({ title, lead, children }: { readonly title: string; readonly lead: string; readonly children: ReactNode }): ReactNode {
  return (
    <main className="door">
      <section className="card">
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        {children}
      </section>
    </main>
  );
}

export function Login({ locked = false }: { readonly locked?: boolean }): ReactNode {
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const logIn = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      session.set(await ask('POST', '/api/session', { body: { password } }));
    } catch (error) {
      setProblem(sentenceOf(error));
      setPassword('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door
      title={locked ? 'Locked' : 'Mail Server Manager'}
      lead={
        locked
          ? 'Nobody used the manager for a while. Enter the password of ADMIN1 to go on where you were.'
          : 'Log in with the password of ADMIN1, the administrator.'
      }
    >
      <form onSubmit={(event) => void logIn(event)}>
        <Problem sentence={problem} />
        <input type="text" name="username" autoComplete="username" value="admin1" readOnly hidden />
        <TextField
          label="Password of ADMIN1"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          autoFocus
          required
        />
        <button type="submit" className="button primary wide" disabled={busy}>
          {locked ? 'Unlock' : 'Log in'}
        </button>
        {locked && (
          <button
            type="button"
            className="button quiet wide"
            onClick={() => void ask('DELETE', '/api/session').finally(() => window.location.assign('/'))}
          >
            Log out
          </button>
        )}
      </form>
    </Door>
  );
}

export function FirstPassword(): ReactNode {
  const { codeNeeded = false, shortestPassword = 8 } = useStore(session);
  const [, go] = useLocation();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password !== again) {
      setProblem('The two passwords differ. Type the same one twice.');
      return;
    }
    try {
      const state = await ask('POST', '/api/setup', { body: { password, ...(codeNeeded && { code }) } });
      go('/setup');
      session.set(state);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <Door
      title="Welcome to Postroom"
      lead="First choose the password of ADMIN1, the administrator. It opens this manager, and ADMIN1's mailbox."
    >
      <form onSubmit={(event) => void save(event)}>
        <Problem sentence={problem} />
        {codeNeeded && (
          <TextField
            label="Code from the server's console"
            value={code}
            onChange={setCode}
            hint={'It stands where "postroom serve" runs, or in its log, in the last line about ADMIN1: for example ABCD-2345.'}
            required
            autoFocus
          />
        )}
        <TextField
          label="Password of ADMIN1"
          type="password"
          value={password}
          onChange={setPassword}
          hint={`At least ${shortestPassword} characters. Pick something easy to remember, or keep it in a safe place.`}
          required
          autoFocus={!codeNeeded}
        />
        <TextField label="The same password again" type="password" value={again} onChange={setAgain} required />
        <button type="submit" className="button primary wide">
          Continue
        </button>
      </form>
    </Door>
  );
}

export function Unreachable({ again }: { readonly again: () => Promise<void> }): ReactNode {
  return (
    <Door title="No answer" lead="The server does not answer. See whether it runs: postroom status">
      <button type="button" className="button primary wide" onClick={() => void again()}>
        Try again
      </button>
    </Door>
  );
}
