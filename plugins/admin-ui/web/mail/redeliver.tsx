// Mail that went to the wrong place: sorted again by today's rules, or given to somebody, with the rule that would have done so.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MailboxesMoveAnswer, ResortRow, UsersListRow } from '../answers.generated.js';
import { change, run, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { mailboxName } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { SelectField } from '../controls/fields.js';
import { Notice, Problem } from '../controls/notices.js';

export function Redeliver({ message, onDone }: { readonly message: string; readonly onDone: () => void }): ReactNode {
  const users = useCommand('users.list', {}, ['settings']).data ?? [];
  const [preview, setPreview] = useState<ResortRow>();
  const [user, setUser] = useState('');
  const [moved, setMoved] = useState<MailboxesMoveAnswer>();
  const [problem, setProblem] = useState<string>();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  const look = (): Promise<void> => attempt(async () => setPreview((await run('resort', { messages: [message], preview: true }))[0]));
  const apply = (): Promise<void> =>
    attempt(async () => {
      await change('resort', { messages: [message] });
      setPreview(undefined);
      onDone();
    });
  const move = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      setMoved(await change('mailboxes.move', { message, user: user === '' ? nameOf(users[0]) : user }));
      onDone();
    });
  };
  const teach = (rule: MailboxesMoveAnswer['rules'][number]): Promise<void> =>
    attempt(async () => {
      await change('config.set', { key: rule.path.join('.'), value: JSON.stringify(rule.value) });
      setMoved(undefined);
    });
  const nothing = preview !== undefined && preview.added.length === 0 && preview.recalled.length === 0;
  return (
    <details>
      <summary>Did it go to the wrong place?</summary>
      <Problem sentence={problem ?? preview?.problem} />
      <div className="form-grid">
        <form onSubmit={move}>
          <SelectField
            label="Give it to"
            value={user === '' ? nameOf(users[0]) : user}
            onChange={setUser}
            options={users.map((each) => [nameOf(each), nameOf(each)] as const)}
            hint="Copies that nobody has picked up are taken back from the others."
          />
          <button type="submit" className="button">
            Give it
          </button>
        </form>
        <div className="field">
          <p className="legend">Sort it again</p>
          <p className="hint">By the rules as they are today. First you see what would change.</p>
          <ActionButton act={look}>What would change?</ActionButton>
        </div>
      </div>
      {preview !== undefined && preview.problem === undefined && (
        <Notice kind="info" title={nothing ? 'Nothing would change.' : 'This would change:'}>
          {preview.added.length > 0 && <p>A copy for {preview.added.join(', ')}.</p>}
          {preview.recalled.length > 0 && <p>Taken back from {preview.recalled.join(', ')}.</p>}
          {preview.notRecalled.length > 0 && <p>Not taken back from {preview.notRecalled.join(', ')}: it has been picked up.</p>}
          {!nothing && (
            <ActionButton kind="primary" act={apply}>
              Sort it so
            </ActionButton>
          )}
        </Notice>
      )}
      {moved !== undefined && (
        <Notice kind="good" title={`It is with ${moved.mailbox} now.`}>
          {moved.rules.length === 0 ? (
            <p>No rule tells such mail from other mail, so there is none to set.</p>
          ) : (
            <>
              <p>A rule would do so from now on:</p>
              <ul>
                {moved.rules.map((rule) => (
                  <li key={rule.set}>
                    <p>
                      {rule.rule} <code>{rule.set}</code>
                    </p>
                    <p>What if: {rule.whatIf}.</p>
                    <ActionButton act={() => teach(rule)}>Set this rule</ActionButton>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Notice>
      )}
    </details>
  );
}

function nameOf(user: UsersListRow | undefined): string {
  return user === undefined ? '' : mailboxName(user);
}
