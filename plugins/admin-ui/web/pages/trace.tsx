// biome-ignore-all lint/suspicious/noArrayIndexKey: the entries have no keys and never change places.
// Trace: where did this mail go, and why? And "try it": who would get a message, before it comes.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ExplainAnswer, TraceRow } from '../answers.generated.js';
import { runWithFile, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { bytes, time } from '../base/format.js';
import { useView } from '../base/viewState.js';
import { Field, SelectField, TextField } from '../controls/fields.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { Redeliver } from '../mail/redeliver.js';

type TrailEntry = TraceRow['trail'][number];
/** Of one message: what the question about a file is answered with. */
type Explanation = Exclude<ExplainAnswer, readonly unknown[]>;
const RUNGS: Readonly<Record<string, string>> = {
  L1: 'the envelope said so',
  L2: 'the ISP noted for whom it was',
  L3: 'it was re-sent to this address',
  L4: 'To or Cc names the address',
  L5: 'it answers a mail of this user',
  L6: 'it came by a mailing list',
  L7: 'nobody fitted: ADMIN1',
};

export function TracePage(): ReactNode {
  const [view, setView] = useView();
  const query = view['query'] ?? '';
  const [typed, setTyped] = useState(query);
  const tab = view['view'] === 'try' ? 'try' : 'trace';
  const search = (event: FormEvent): void => {
    event.preventDefault();
    setView({ query: typed });
  };
  return (
    <Page title="Trace" lead="Where did a message go, and why? Every step is kept as long as the log.">
      <div className="tabs">
        <a
          className={tab === 'trace' ? 'tab current' : 'tab'}
          href="/trace"
          aria-current={tab === 'trace' ? 'page' : undefined}
          onClick={(event) => {
            event.preventDefault();
            setView({ view: undefined });
          }}
        >
          Where did it go?
        </a>
        <a
          className={tab === 'try' ? 'tab current' : 'tab'}
          href="/trace?view=try"
          aria-current={tab === 'try' ? 'page' : undefined}
          onClick={(event) => {
            event.preventDefault();
            setView({ view: 'try' });
          }}
        >
          Try it
        </a>
      </div>
      {tab === 'try' ? (
        <TryIt />
      ) : (
        <>
          <Card>
            <form onSubmit={search}>
              <TextField
                label="Find messages"
                type="search"
                value={typed}
                onChange={setTyped}
                hint="A user, words of the subject or sender, a message number, a Message-ID or the ISP's UIDL."
              />
              <button type="submit" className="button primary">
                Find
              </button>
            </form>
          </Card>
          {query !== '' && <Traces query={query} />}
        </>
      )}
    </Page>
  );
}

function Traces({ query }: { readonly query: string }): ReactNode {
  const { data, error, reload } = useCommand('trace', { query, limit: 20 }, ['accepted', 'picked-up']);
  if (data?.length === 0) {
    return (
      <Card>
        <Empty title="No message found">Try a shorter word. Messages that are gone for longer than the log is kept leave no trace.</Empty>
      </Card>
    );
  }
  return (
    <>
      <Problem sentence={error} />
      {data?.map((trace) => (
        <Card
          key={trace.message}
          title={trace.subject || '(no subject)'}
          actions={
            <Badge tone={trace.disposition === 'deliver' ? 'good' : 'warning'}>
              {trace.disposition === 'deliver' ? 'delivered' : trace.disposition}
            </Badge>
          }
        >
          <p className="hint">
            From {trace.from}, {cameBy(trace)} at {time(trace.receivedAt)}. Message {trace.message}
            {trace.uidl !== undefined && (
              <>
                , UIDL <code>{trace.uidl}</code>
              </>
            )}
            {trace.rung !== undefined && `. Decided because ${RUNGS[trace.rung] ?? trace.rung} (${trace.rung})`}.
          </p>
          {trace.reason !== undefined && <Notice kind="warning">{trace.reason}</Notice>}
          <Trail entries={trace.trail} />
          <h3>Copies</h3>
          {trace.copies.length === 0 && <p className="hint">No mailbox got a copy.</p>}
          <ul className="plain">
            {trace.copies.map((copy) => (
              <li key={`${copy.mailbox} ${copy.placedAt}`}>
                <strong>{copy.mailbox}</strong>:{' '}
                {copy.pickedUpAt === undefined ? (
                  <Badge tone="info">waits</Badge>
                ) : (
                  <Badge tone="good">picked up at {time(copy.pickedUpAt)}</Badge>
                )}{' '}
                {copy.pickedUpBy !== undefined && `by ${copy.pickedUpBy}`}
                {copy.removedAt !== undefined && `, removed at ${time(copy.removedAt)}`}
              </li>
            ))}
          </ul>
          <Redeliver message={trace.message} onDone={reload} />
        </Card>
      ))}
    </>
  );
}

function cameBy({ origin, account, author }: TraceRow): string {
  if (origin === 'fetched') return `collected from ${account ?? 'the ISP'}`;
  if (origin !== 'submitted') return origin;
  return author === undefined ? 'submitted without a login' : `submitted by ${author}`;
}

function Trail({ entries }: { readonly entries: readonly TrailEntry[] }): ReactNode {
  return (
    <ol className="trail">
      {entries.map((entry, place) => (
        <li key={place} className={entry.change === '' ? 'note' : ''}>
          {entry.change !== '' && <strong>{entry.change} </strong>}
          {entry.reason}
          <p className="hint">
            {entry.tap}
            {entry.build !== undefined && `, build ${entry.build} of the hook`}
          </p>
        </li>
      ))}
    </ol>
  );
}

function TryIt(): ReactNode {
  const accounts = useCommand('accounts.list', {}, ['settings']).data ?? [];
  const [account, setAccount] = useState('');
  const [line, setLine] = useState('');
  const [file, setFile] = useState<File>();
  const [answer, setAnswer] = useState<Explanation>();
  const [problem, setProblem] = useState<string>();
  const chosen = accounts.find((each) => each.account === account) ?? accounts[0];
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAnswer(undefined);
    try {
      const explained = await runWithFile('explain', { account: chosen?.account ?? '' }, file ?? new Blob([sample(line)]));
      setAnswer('mailboxes' in explained ? explained : undefined);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  if (accounts.length === 0) {
    return (
      <Card>
        <Empty title="No account is shared yet">Once one is, this shows who would get a message, and why.</Empty>
      </Card>
    );
  }
  return (
    <>
      <Card title="Who would get it?">
        <form onSubmit={(event) => void ask(event)}>
          <SelectField
            label="Collected from"
            value={chosen?.account ?? ''}
            onChange={setAccount}
            options={accounts.map((each) => [each.account, `${each.account} (${each.address})`] as const)}
          />
          <TextField
            label="To line, or whole header"
            value={line}
            onChange={setLine}
            placeholder={`Andrew <${chosen?.address ?? ''}>`}
            hint="As a sender would write it. Or choose a message file instead:"
          />
          <Field
            label="Message file (.eml)"
            hint={
              file === undefined ? 'Nothing is stored: the message only runs through the sorting.' : `${file.name}, ${bytes(file.size)}`
            }
          >
            {(id, hintId) => (
              <input
                id={id}
                type="file"
                accept=".eml,message/rfc822,text/plain"
                aria-describedby={hintId}
                onChange={(event) => setFile(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
          <button type="submit" className="button primary" disabled={line === '' && file === undefined}>
            Who would get it?
          </button>
        </form>
      </Card>
      <Problem sentence={problem} />
      {answer !== undefined && (
        <Card
          title={answer.mailboxes.length === 0 ? 'Nobody' : `To ${answer.mailboxes.join(', ')}`}
          actions={
            <Badge tone={answer.disposition === 'deliver' ? 'good' : 'warning'}>
              {answer.disposition === 'deliver' ? 'would be delivered' : answer.disposition}
            </Badge>
          }
        >
          <p className="hint">{answer.rung === undefined ? '' : `Because ${RUNGS[answer.rung] ?? ''} (${answer.rung}).`}</p>
          <Trail entries={answer.trail} />
        </Card>
      )}
    </>
  );
}

/** A message of nothing but the header lines in question. */
function sample(line: string): string {
  const header = /^[!-9;-~]+:/.test(line) ? line : `To: ${line}`;
  return `From: somebody <somebody@example.org>\r\nSubject: Try it\r\n${header}\r\n\r\n`;
}
