// The servers on the store, for an office that has more than one.
import type { ReactNode } from 'react';
import type { NodesRow } from '../answers.generated.js';
import { useCommand } from '../api/useCommand.js';
import { fromNow, time } from '../base/format.js';
import { Badge } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';

/** What happens on other servers sends no event here. */
const LOOK_MS = 10_000;

export function ServersCard(): ReactNode {
  const rows = useCommand('nodes', {}, ['round'], LOOK_MS).data ?? [];
  if (rows.length < 2) return null;
  return (
    <Card title="Servers on the store">
      <p className="hint">Mail programs may connect to any of them. Each account is collected, and each mailbox open, on one at a time.</p>
      <TableFrame label="Servers on the store">
        <thead>
          <tr>
            <th>Server</th>
            <th>Runs since</th>
            <th>Last heard of</th>
            <th>Holds</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.server}>
              <td>
                {row.server} <State row={row} />
              </td>
              <td className="tight">{time(row.since)}</td>
              <td className="tight">{fromNow(row.heardAt)}</td>
              <td>
                <ul className="plain">
                  {Object.entries(row.holds).map(([what, since]) => (
                    <li key={what}>
                      {what}, since {time(since)}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </Card>
  );
}

function State({ row: { state } }: { readonly row: NodesRow }): ReactNode {
  if (state === 'this') return <span className="hint">this one</span>;
  return state === 'gone' ? <Badge tone="problem">gone</Badge> : <Badge tone="good">running</Badge>;
}
