// Sorts all mail of a mailbox again by today's rules: what ADMIN1 got before a user was added goes to that user.
import { type ReactNode, useState } from 'react';
import type { ResortRow } from '../answers.generated.js';
import { type Progress, runWithProgress, sentenceOf } from '../api/client.js';
import { count } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';
import { WorkProgress } from '../controls/workProgress.js';

export function ResortMailbox({
  mailbox,
  isEmpty,
  onDone,
}: {
  readonly mailbox: string;
  readonly isEmpty: boolean;
  readonly onDone: () => void;
}): ReactNode {
  const [found, setFound] = useState<{ readonly preview: boolean; readonly changes: readonly ResortRow[] }>();
  const [progress, setProgress] = useState<Progress>();
  const [problem, setProblem] = useState<string>();
  const resort = async (preview: boolean): Promise<void> => {
    setFound(undefined);
    try {
      const all = await runWithProgress('resort', { mailbox, preview }, setProgress);
      setFound({ preview, changes: all.filter((each) => each.added.length + each.recalled.length > 0 || each.problem !== undefined) });
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    setProgress(undefined);
    if (!preview) onDone();
  };
  if (isEmpty && found === undefined) return null;
  return (
    <Card title="Sort it all again">
      <p className="hint">By the rules as they are today, for example after a user was added. First you see what would change.</p>
      <Problem sentence={problem} />
      <div className="actions">
        <ActionButton act={() => resort(true)}>What would change?</ActionButton>
        <WorkProgress progress={progress} />
      </div>
      <div role="status">
        {found?.changes.length === 0 && <Notice kind="good">Everything is where today's rules put it.</Notice>}
        {found !== undefined && found.changes.length > 0 && (
          <Notice
            kind={found.preview ? 'info' : 'good'}
            title={`${count(found.changes.length, 'message')} ${found.preview ? 'would go elsewhere' : 'sorted again'}.`}
          >
            <TableFrame label="What changes">
              <thead>
                <tr>
                  <th>Message</th>
                  <th>A copy for</th>
                  <th>Taken back from</th>
                </tr>
              </thead>
              <tbody>
                {found.changes.map(({ message, subject, added, recalled, problem: sentence }) => (
                  <tr key={message}>
                    <td className="subject">{subject || '(no subject)'}</td>
                    <td>{sentence ?? added.join(', ')}</td>
                    <td>{recalled.join(', ')}</td>
                  </tr>
                ))}
              </tbody>
            </TableFrame>
            {found.preview && (
              <ActionButton kind="primary" act={() => resort(false)}>
                Sort them so
              </ActionButton>
            )}
          </Notice>
        )}
      </div>
    </Card>
  );
}
