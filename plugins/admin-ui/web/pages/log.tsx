// The Log: what was collected, sent and picked up, by year, month and date; the newest comes in by itself.
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ContributionsAnswer, LogReadRow } from '../answers.generated.js';
import { run, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { plainText } from '../base/format.js';
import { useView } from '../base/viewState.js';
import { ActionButton } from '../controls/buttons.js';
import { SelectField, TextField } from '../controls/fields.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';

const LIMIT = 100;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const TONES: Readonly<Record<string, 'good' | 'warning' | 'problem' | 'muted' | 'info'>> = {
  collected: 'info',
  sent: 'good',
  submitted: 'info',
  'picked-up': 'good',
  deferred: 'warning',
  bounced: 'problem',
  problem: 'problem',
};

export function LogPage(): ReactNode {
  const [view, setView] = useView();
  const days = useCommand('log.days').data ?? [];
  const accounts = useCommand('accounts.list', {}, ['settings']).data ?? [];
  const columns = useResource('/api/contributions', ['plugin']).data?.logColumns ?? [];
  const [older, setOlder] = useState<{ readonly of: string; readonly rows: readonly LogReadRow[] }>({ of: '', rows: [] });
  const [problem, setProblem] = useState<string>();

  const [year = '', month = '', date = ''] = (view['day'] ?? '').split('-');
  const query = {
    ...(date !== '' && { day: view['day'] }),
    ...(view['account'] !== undefined && { account: view['account'] }),
    ...(view['user'] !== undefined && { user: view['user'] }),
    ...(view['text'] !== undefined && { text: view['text'] }),
    limit: LIMIT,
  };
  const key = JSON.stringify(query);
  const { data, error } = useCommand('log.read', query, ['activity']);
  const first = data ?? [];
  const rows = [...first, ...(older.of === key ? older.rows.filter((row) => row.id < (first.at(-1)?.id ?? 0)) : [])];

  const more = async (): Promise<void> => {
    try {
      const next = await run('log.read', { ...query, before: rows.at(-1)?.id });
      setOlder({ of: key, rows: [...(older.of === key ? older.rows : []), ...next] });
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
  };
  const known = (position: number, prefix: string): readonly string[] => [
    ...new Set(days.filter(({ day }) => day.startsWith(prefix)).map(({ day }) => day.split('-')[position] ?? '')),
  ];
  /** A narrower choice needs a wider one: the newest that fits is taken. */
  const chooseDay = (prefix: string): void =>
    setView({ day: prefix === '' ? undefined : days.find(({ day }) => day.startsWith(prefix))?.day });

  return (
    <Page title="Log" lead="When mail was collected, sent and picked up. Days are kept as long as the setting log.keepDays says.">
      <Problem sentence={problem ?? error} />
      <Card>
        <div className="filters">
          <SelectField
            label="Year"
            value={year}
            onChange={(value) => chooseDay(value)}
            options={[['', 'Newest'], ...known(0, '').map((each) => [each, each] as const)]}
          />
          <SelectField
            label="Month"
            value={month}
            onChange={(value) => chooseDay(`${year}-${value}`)}
            options={year === '' ? [['', '-']] : known(1, year).map((each) => [each, MONTHS[Number(each) - 1] ?? each] as const)}
          />
          <SelectField
            label="Date"
            value={date}
            onChange={(value) => chooseDay(`${year}-${month}-${value}`)}
            options={month === '' ? [['', '-']] : known(2, `${year}-${month}`).map((each) => [each, String(Number(each))] as const)}
          />
          <SelectField
            label="Account"
            value={view['account'] ?? ''}
            onChange={(account) => setView({ account })}
            options={[['', 'All'], ...accounts.map(({ account }) => [account, account] as const)]}
          />
          <TextField label="User" value={view['user'] ?? ''} onChange={(user) => setView({ user })} />
          <TextField label="Text" type="search" value={view['text'] ?? ''} onChange={(text) => setView({ text })} />
        </div>
      </Card>
      <Card
        title={date === '' ? 'Newest entries, live' : `${view['day']}`}
        actions={<ActionButton act={() => download(rows, columns)}>Download</ActionButton>}
      >
        {data?.length === 0 ? (
          <Empty title="No entries">Nothing was logged here yet, or the filters leave nothing over.</Empty>
        ) : (
          <TableFrame label="Log">
            <thead>
              <tr>
                <th>Time</th>
                <th>Kind</th>
                <th>What happened</th>
                <th>Account</th>
                <th>User</th>
                {columns.map(({ id, title }) => (
                  <th key={id}>{title}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td className="tight">{stamp(row.at, date === '')}</td>
                  <td className="tight">
                    <Badge tone={TONES[row.kind] ?? 'muted'}>{row.kind}</Badge>
                  </td>
                  <td className="subject">
                    {row.text}{' '}
                    {row.message !== undefined && (
                      <Link href={`/trace?query=${encodeURIComponent(row.message)}`} aria-label={`Trace message ${row.message}`}>
                        Trace
                      </Link>
                    )}
                  </td>
                  <td>{row.account}</td>
                  <td>{row.user}</td>
                  {columns.map(({ id, field }) => (
                    <td key={id}>{plainText(row.details[field])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </TableFrame>
        )}
        {rows.length > 0 && rows.length % LIMIT === 0 && <ActionButton act={more}>Older entries</ActionButton>}
      </Card>
    </Page>
  );
}

function stamp(iso: string, withDay: boolean): string {
  const text = new Date(iso).toLocaleString('sv-SE');
  return withDay ? text : text.slice(11);
}

/** Tab-separated: opens in every spreadsheet. A cell that begins like a formula must not become one. */
function download(rows: readonly LogReadRow[], columns: ContributionsAnswer['logColumns']): void {
  const cell = (value: unknown): string =>
    plainText(value)
      .replace(/[\t\r\n]/g, ' ')
      .replace(/^[=+\-@]/, "'$&");
  const head = ['time', 'kind', 'text', 'account', 'user', 'message', ...columns.map(({ title }) => title)];
  const lines = rows.map((row) =>
    [row.at, row.kind, row.text, row.account, row.user, row.message, ...columns.map(({ field }) => row.details[field])].map(cell),
  );
  const link = document.createElement('a');
  link.href = URL.createObjectURL(
    new Blob([[head, ...lines].map((line) => line.join('\t')).join('\n')], { type: 'text/tab-separated-values' }),
  );
  link.download = 'postroom-log.tsv';
  link.click();
  URL.revokeObjectURL(link.href);
}
