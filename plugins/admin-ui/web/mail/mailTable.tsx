// Mail that waits for something, in rows with what can be done about each.
import type { ReactNode } from 'react';
import { TableFrame } from '../controls/tableFrame.js';

/** `empty`: what the absence of rows means. */
export function MailTable<Row>({
  label,
  columns,
  rows,
  empty,
  children,
}: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[] | undefined;
  readonly empty: ReactNode;
  readonly children: (row: Row) => ReactNode;
}): ReactNode {
  if (rows?.length === 0) return empty;
  return (
    <TableFrame label={label}>
      <thead>
        <tr>
          {[...columns, 'Actions'].map((column) => (
            <th key={column}>{column}</th>
          ))}
        </tr>
      </thead>
      <tbody>{rows?.map(children)}</tbody>
    </TableFrame>
  );
}
