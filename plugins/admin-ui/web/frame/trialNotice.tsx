// A change of ports, TLS or access goes back by itself: who still reaches the manager after it can keep it.
import { type ReactNode, useState } from 'react';
import { change, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { Notice, Problem } from '../controls/notices.js';

export function TrialNotice(): ReactNode {
  const { data, reload } = useCommand('status', {}, ['settings']);
  const [problem, setProblem] = useState<string>();
  const trial = data?.unconfirmed;
  if (trial === undefined) return null;
  const keep = (): void =>
    void change('config.confirm')
      .then(() => setProblem(undefined))
      .catch((error: unknown) => setProblem(sentenceOf(error)))
      .finally(reload);
  return (
    <Notice kind="warning" title="Does everything still work?">
      <p>
        {trial.keys.join(', ')} {trial.keys.length === 1 ? 'goes back to what it was' : 'go back to what they were'} at{' '}
        {new Date(trial.until).toLocaleTimeString('en-GB')}, unless you keep the change.
      </p>
      {trial.consequences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Problem sentence={problem} />
      <button type="button" className="button primary" onClick={keep}>
        Keep it
      </button>
    </Notice>
  );
}
