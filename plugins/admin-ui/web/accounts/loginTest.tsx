// Does the ISP let us in? Both logins, live, with everything that was said but the password.
import { type ReactNode, useState } from 'react';
import type { Pop3TestLoginAnswer, SmtpTestLoginAnswer } from '../answers.generated.js';
import { run, sentenceOf } from '../api/client.js';
import { Badge, Notice } from '../controls/notices.js';

type Result = (Pop3TestLoginAnswer | SmtpTestLoginAnswer) & { readonly name: string };

export function LoginTestButton({
  account,
  before,
  label = 'Test the login',
  whenIn,
}: {
  readonly account: string;
  readonly before?: () => Promise<boolean>;
  readonly label?: string;
  /** Shown once the ISP has let us in by POP3. */
  readonly whenIn?: ReactNode;
}): ReactNode {
  const [results, setResults] = useState<readonly Result[]>();
  const [busy, setBusy] = useState(false);
  const test = async (): Promise<void> => {
    setBusy(true);
    setResults(undefined);
    try {
      if (before !== undefined && !(await before())) return;
      setResults(await Promise.all([attempt('POP3', 'pop3.test-login', account), attempt('SMTP', 'smtp.test-login', account)]));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <button type="button" className="button" aria-busy={busy} disabled={busy} onClick={() => void test()}>
        {busy ? 'Asking the ISP...' : label}
      </button>
      <div role="status">
        {results?.map(({ name, ok, problem, transcript }) => (
          <div key={name}>
            <h3>
              {name} <Badge tone={ok ? 'good' : 'problem'}>{ok ? 'works' : 'does not work'}</Badge>
            </h3>
            {problem !== undefined && <Notice kind="problem">{typeof problem === 'string' ? problem : problem.message}</Notice>}
            {transcript.length > 0 && (
              <details>
                <summary>What was said</summary>
                <pre>{transcript.join('\n')}</pre>
              </details>
            )}
          </div>
        ))}
        {results?.some(({ name, ok }) => name === 'POP3' && ok) === true && whenIn}
      </div>
    </div>
  );
}

async function attempt(name: string, command: 'pop3.test-login' | 'smtp.test-login', account: string): Promise<Result> {
  try {
    return { name, ...(await run(command, { account })) };
  } catch (error) {
    return { name, ok: false, transcript: [], problem: sentenceOf(error) };
  }
}
