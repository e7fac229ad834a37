// Adds a stranger's plugin: what it adds shows without a reload.
import { type ReactNode, useState } from 'react';
import { runWithFile, sentenceOf } from '../api/client.js';
import { ActionButton } from '../controls/buttons.js';
import { Field } from '../controls/fields.js';
import { Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';

export function AddPlugin({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState<string>();
  const add = async (): Promise<void> => {
    if (file === undefined) return;
    try {
      await runWithFile('plugins.add', {}, file);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    onDone();
  };
  return (
    <Card title="Add a plugin">
      <Problem sentence={problem} />
      <Field
        label="Plugin file"
        hint="As postroom plugins pack makes it. It runs isolated: it sees the mail that its taps are for, and nothing else."
      >
        {(id, hintId) => (
          <input id={id} type="file" aria-describedby={hintId} onChange={(event) => setFile(event.currentTarget.files?.[0])} />
        )}
      </Field>
      <ActionButton disabled={file === undefined} act={add}>
        Add and enable
      </ActionButton>
    </Card>
  );
}
