// Mailboxes: how much waits for whom, and when it was last picked up.
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useCommand } from '../api/useCommand.js';
import { useChosenName } from '../base/chosenName.js';
import { bytes, count, fromNow, mailboxName, time } from '../base/format.js';
import { TextField } from '../controls/fields.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';
import { ResortMailbox } from '../mail/resortMailbox.js';

const CHANGES = ['accepted', 'picked-up', 'settings'];
/** Rows at a time: 1,280 mailboxes are a lot of table. */
const PAGE = 100;

export function MailboxesPage(): ReactNode {
  const { data, error } = useCommand('mailboxes.list', {}, CHANGES);
  const [wanted, setWanted] = useState('');
  const [shown, setShown] = useState(PAGE);
  const rows = (data ?? []).filter((row) => mailboxName(row).toLowerCase().includes(wanted.toLowerCase()));
  const total = rows.reduce((sum, row) => sum + row.messages, 0);
  return (
    <Page title="Mailboxes" lead="Mail that waits here until a mail program picks it up.">
      <Problem sentence={error} />
      <Card title={`${count(rows.length, 'mailbox', 'mailboxes')}, ${count(total, 'message')}`}>
        {(data?.length ?? 0) > 10 && <TextField label="Find a mailbox" type="search" value={wanted} onChange={setWanted} />}
        <TableFrame label="Mailboxes">
          <thead>
            <tr>
              <th>Mailbox</th>
              <th className="num">Messages</th>
              <th className="num">Size</th>
              <th>Oldest</th>
              <th>Last picked up</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={mailboxName(row)}>
                <td>
                  <Link href={`/mailboxes/${encodeURIComponent(mailboxName(row))}`}>{mailboxName(row)}</Link>{' '}
                  {row.user === 'admin1' && <Badge tone="info">administrator</Badge>}
                  {row.former === true && <Badge tone="muted">former user</Badge>}
                </td>
                <td className="num">{row.messages.toLocaleString('en')}</td>
                <td className="num">{bytes(row.bytes)}</td>
                <td className="tight">{row.oldest === undefined ? '-' : fromNow(row.oldest)}</td>
                <td>
                  {row.pickedUp === undefined ? 'never' : `${time(row.pickedUp)}${row.client === undefined ? '' : ` by ${row.client}`}`}
                </td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
        {rows.length > shown && (
          <button type="button" className="button" onClick={() => setShown(shown + PAGE)}>
            Show more
          </button>
        )}
      </Card>
    </Page>
  );
}

export function MailboxPage(): ReactNode {
  const name = useChosenName() ?? '';
  const [limit, setLimit] = useState(PAGE);
  const { data, error, reload } = useCommand('mailboxes.show', { mailbox: name, limit }, CHANGES);
  return (
    <Page title={name} lead={<Link href="/mailboxes">All mailboxes</Link>}>
      <Problem sentence={error} />
      <Card title={data === undefined ? 'Messages' : count(data.length, 'message')}>
        {data?.length === 0 ? (
          <Empty title="Nothing waits here">
            Mail that comes in for {name} shows here until a mail program picks it up and deletes it.
          </Empty>
        ) : (
          <TableFrame label="Messages">
            <thead>
              <tr>
                <th>Received</th>
                <th>From</th>
                <th>Subject</th>
                <th className="num">Size</th>
                <th>Way</th>
              </tr>
            </thead>
            <tbody>
              {data?.map((message) => (
                <tr key={message.message}>
                  <td className="tight">{time(message.receivedAt)}</td>
                  <td>{message.from}</td>
                  <td className="subject">{message.subject || '(no subject)'}</td>
                  <td className="num">{bytes(message.bytes)}</td>
                  <td>
                    <Link href={`/trace?query=${encodeURIComponent(message.message)}`} aria-label={`Why here? ${message.subject}`}>
                      Why here?
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
        )}
        {(data?.length ?? 0) >= limit && (
          <button type="button" className="button" onClick={() => setLimit(limit + PAGE)}>
            Show more
          </button>
        )}
      </Card>
      <ResortMailbox key={name} mailbox={name} isEmpty={(data?.length ?? 0) === 0} onDone={reload} />
    </Page>
  );
}
