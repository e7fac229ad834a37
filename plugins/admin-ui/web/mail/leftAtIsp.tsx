// Mail that stays at an ISP until somebody decides: too large to be collected by itself, or not handed over.
import { type ReactNode, useState } from 'react';
import type { WaitingListRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { bytes, time } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Confirm } from '../controls/dialog.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { MailTable } from './mailTable.js';

const ORDERS: Readonly<Record<NonNullable<WaitingListRow['order']>, string>> = {
  fetch: 'is fetched with the next send/receive',
  delete: 'is deleted with the next send/receive',
  leave: 'stays there',
};

/** Nothing where no mail is left at an ISP. */
export function LeftAtIsp(): ReactNode {
  const { data, error, reload } = useCommand('waiting.list', {}, ['round', 'activity']);
  const [problem, setProblem] = useState<string>();
  const [deleting, setDeleting] = useState<WaitingListRow>();
  const order = async (command: string, { account, message }: WaitingListRow): Promise<void> => {
    try {
      await change(command, { account, message });
      setProblem(undefined);
    } catch (failure) {
      setProblem(sentenceOf(failure));
    }
    reload();
  };
  if (error === undefined && (data ?? []).length === 0) return undefined;
  return (
    <Card title="Left at the ISP">
      <Problem sentence={problem ?? error} />
      <MailTable label="Mail left at the ISP" columns={['From', 'Subject', 'Why']} rows={data} empty={undefined}>
        {(row) => (
          <tr key={`${row.account} ${row.message}`}>
            <td>
              {row.from || '(not shown)'}
              <p className="hint">
                {row.account}, since {time(row.since)}
                {row.bytes !== undefined && `, ${bytes(row.bytes)}`}
              </p>
            </td>
            <td className="subject">{row.subject || '(no subject)'}</td>
            <td>
              <Badge tone="warning">{row.why}</Badge>
              {row.order !== undefined && <p className="hint">It {ORDERS[row.order]}.</p>}
            </td>
            <td>
              <div className="actions">
                <ActionButton act={() => order('waiting.fetch', row)}>Fetch</ActionButton>
                <ActionButton act={() => order('waiting.leave', row)}>Leave</ActionButton>
                <ActionButton kind="danger" act={() => setDeleting(row)}>
                  Delete
                </ActionButton>
              </div>
            </td>
          </tr>
        )}
      </MailTable>
      {deleting !== undefined && (
        <Confirm
          title="Delete it at the ISP?"
          question={`"${deleting.subject}" from ${deleting.from || 'somebody'} is deleted there without having been collected. Nobody gets it.`}
          yes="Delete it"
          onClose={() => setDeleting(undefined)}
          onYes={() => {
            void order('waiting.delete', deleting);
            setDeleting(undefined);
          }}
        />
      )}
    </Card>
  );
}
