// Outbox: what waits to be sent and why; and mail that waits for somebody's decision, here or at an ISP.
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { change, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { bytes, count, fromNow, time } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Confirm } from '../controls/dialog.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { LeftAtIsp } from '../mail/leftAtIsp.js';
import { MailTable } from '../mail/mailTable.js';

const STATES: Readonly<Record<string, readonly [string, 'info' | 'warning' | 'muted' | 'good']>> = {
  waiting: ['waits', 'info'],
  deferred: ['will be tried again', 'warning'],
  sending: ['is being sent', 'good'],
  held: ['held back', 'muted'],
};

/** A table with more rows takes a browser seconds, and nobody reads it to its end. */
const SHOWN = 500;

export function OutboxPage(): ReactNode {
  const outbox = useCommand('outbox.list', { limit: SHOWN }, ['accepted', 'relay', 'round']);
  const held = useCommand('held.list', {}, ['accepted', 'round', 'activity', 'plugin']);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState<{
    readonly title: string;
    readonly question: string;
    readonly yes: string;
    readonly act: () => Promise<void>;
  }>();
  const act = async (command: string, args: object): Promise<void> => {
    try {
      await change(command, args);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    outbox.reload();
    held.reload();
  };
  return (
    <Page title="Outbox" lead="Mail to the outside. It goes out with the next send/receive and stays here until the ISP has taken it.">
      <Problem sentence={problem ?? outbox.error ?? held.error} />
      <Card title="Waits to be sent">
        <MailTable
          label="Outbox"
          columns={['To', 'Subject', 'State']}
          rows={outbox.data}
          empty={<Empty title="The Outbox is empty">Everything that was written has been sent.</Empty>}
        >
          {(row) => (
            <tr key={row.entry}>
              <td>
                {row.recipient}
                <p className="hint">
                  from {row.from || '(nobody: a report)'}, {row.account}
                </p>
              </td>
              <td className="subject">
                <Link href={`/trace?query=${encodeURIComponent(row.message)}`}>{row.subject || '(no subject)'}</Link>
              </td>
              <td>
                <Badge tone={STATES[row.state]?.[1] ?? 'muted'}>{STATES[row.state]?.[0] ?? row.state}</Badge>
                <p className="hint">
                  since {time(row.queuedAt)}
                  {row.tries > 0 && `; ${count(row.tries, 'try', 'tries')}`}
                  {row.tries > 0 && row.state !== 'held' && `, next ${fromNow(row.nextTryAt)}`}
                  {row.doubts !== undefined && `; it may have arrived ${count(row.doubts, 'time', 'times')}`}
                  {row.lastAnswer !== undefined && `. Last answer: ${row.lastAnswer}`}
                  {row.state === 'held' &&
                    row.doubts !== undefined &&
                    '. Not sent again by itself: ask the recipient, then release or return it.'}
                </p>
              </td>
              <td>
                <div className="actions">
                  <ActionButton act={() => act('outbox.retry', { entries: [row.entry] })}>
                    {row.state === 'held' ? 'Release' : 'Retry'}
                  </ActionButton>
                  {row.state !== 'held' && <ActionButton act={() => act('outbox.hold', { entries: [row.entry] })}>Hold</ActionButton>}
                  <ActionButton
                    kind="danger"
                    act={() =>
                      setAsking({
                        title: 'Return to its author?',
                        question: `The message to ${row.recipient} is given up, and its author gets a report.`,
                        yes: 'Return it',
                        act: () => act('outbox.return', { entries: [row.entry] }),
                      })
                    }
                  >
                    Return
                  </ActionButton>
                </div>
              </td>
            </tr>
          )}
        </MailTable>
        {outbox.data !== undefined && outbox.data.length >= SHOWN && (
          <p className="hint">These are the first {count(SHOWN, 'entry', 'entries')}; what came later is shown when they have been sent.</p>
        )}
      </Card>
      <Card title="Set aside" actions={<ActionButton act={() => act('held.retry', {})}>Sort again now</ActionButton>}>
        <MailTable
          label="Mail set aside"
          columns={['From', 'Subject', 'Why']}
          rows={held.data}
          empty={
            <Empty title="Nothing is set aside">
              Mail is held here when a plugin fails or a filter asks for it. Nothing is ever dropped silently.
            </Empty>
          }
        >
          {(row) => (
            <tr key={row.message}>
              <td>
                {row.from}
                <p className="hint">
                  {time(row.receivedAt)}, {bytes(row.bytes)}
                </p>
              </td>
              <td className="subject">
                <Link href={`/trace?query=${encodeURIComponent(row.message)}`}>{row.subject || '(no subject)'}</Link>
              </td>
              <td>
                <Badge tone="warning">{row.disposition}</Badge> {row.reason}
              </td>
              <td>
                <div className="actions">
                  <ActionButton act={() => act('held.release', { message: row.message, mailboxes: [] })}>Deliver</ActionButton>
                  <ActionButton
                    kind="danger"
                    act={() =>
                      setAsking({
                        title: 'Delete for good?',
                        question: `"${row.subject}" from ${row.from} is removed from this server. There is no other copy.`,
                        yes: 'Delete it',
                        act: () => act('held.delete', { message: row.message }),
                      })
                    }
                  >
                    Delete
                  </ActionButton>
                </div>
              </td>
            </tr>
          )}
        </MailTable>
      </Card>
      <LeftAtIsp />
      {asking !== undefined && (
        <Confirm
          title={asking.title}
          question={asking.question}
          yes={asking.yes}
          onClose={() => setAsking(undefined)}
          onYes={() => {
            void asking.act();
            setAsking(undefined);
          }}
        />
      )}
    </Page>
  );
}
