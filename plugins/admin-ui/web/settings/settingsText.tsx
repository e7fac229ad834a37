// settings.json as text: completion and hints from the merged schema, problems where they are. The server decides.
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { getLanguageService, type LanguageService, TextDocument } from 'vscode-json-languageservice';
import type { SettingsAnswer } from '../answers.generated.js';
import { ApiError, ask, sentenceOf } from '../api/client.js';
import { ActionButton } from '../controls/buttons.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';

type SettingsProblem = SettingsAnswer['problems'][number];
const URI = 'file:///settings.json';

export function SettingsTextEditor({ shown, onSaved }: { readonly shown: SettingsAnswer; readonly onSaved: () => void }): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const [base, setBase] = useState(shown);
  const [isChanged, setChanged] = useState(false);
  const [problems, setProblems] = useState<readonly SettingsProblem[]>(shown.problems);
  const [problem, setProblem] = useState<string>();
  const [schema, setSchema] = useState<object>();

  useEffect(() => {
    void ask('GET', '/api/settings/schema').then(setSchema, (error: unknown) => setProblem(sentenceOf(error)));
  }, []);
  useEffect(() => {
    if (host.current === null || schema === undefined) return undefined;
    // In a shadow root the editor's styles are adopted sheets, which the content security policy allows.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const parent = document.createElement('div');
    root.replaceChildren(parent);
    const service = getLanguageService({});
    service.configure({ allowComments: true, schemas: [{ uri: 'urn:postroom:settings', fileMatch: ['*'], schema }] });
    const view = new EditorView({
      root,
      parent,
      state: EditorState.create({
        doc: base.text,
        extensions: [
          basicSetup,
          json(),
          THEME,
          syntaxHighlighting(COLOURS),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'settings.json' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) setChanged(update.state.doc.toString() !== base.text);
          }),
          autocompletion({ override: [(context) => complete(service, context)] }),
          hoverTooltip((target, position) => hover(service, target, position)),
          linter((target) => check(target, setProblems), { delay: 400 }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [schema, base]);

  const save = async (): Promise<void> => {
    const text = editor.current?.state.doc.toString() ?? '';
    try {
      const { etag } = await ask('PUT', '/api/settings', { body: { text }, headers: { 'if-match': base.etag } });
      setBase({ ...base, text, etag });
      setChanged(false);
      setProblem(undefined);
      onSaved();
    } catch (error) {
      setProblem(sentenceOf(error));
      if (error instanceof ApiError && error.status === 422)
        setProblems((error.body as { problems?: readonly SettingsProblem[] }).problems ?? []);
    }
  };
  const isStale = shown.etag !== base.etag;
  const reload = (): void => {
    setBase(shown);
    setChanged(false);
    setProblem(undefined);
  };
  // Nothing typed: the newer file is simply shown.
  useEffect(() => {
    if (isStale && !isChanged) setBase(shown);
  }, [isStale, isChanged, shown]);
  return (
    <Card
      title="settings.json"
      actions={
        <ActionButton kind="primary" disabled={!isChanged} act={save}>
          Save
        </ActionButton>
      }
    >
      <Problem sentence={problem} />
      {isStale && isChanged && (
        <Notice kind="warning" title="The file was changed meanwhile, on disk or by somebody else.">
          What you typed is still here, and can't be saved over it. Copy what you need, then{' '}
          <button type="button" className="button" onClick={reload}>
            load the new file
          </button>
        </Notice>
      )}
      <div className="editor" ref={host} />
      {problems.length === 0 ? (
        <p className="hint">Nothing is wrong with this text. Ctrl+Space completes names and values; Escape, then Tab, leaves the editor.</p>
      ) : (
        <ul className="plain">
          {problems.map((each) => (
            <li key={`${each.line} ${each.column} ${each.path} ${each.message}`}>
              <Notice
                kind={each.severity === 'error' ? 'problem' : 'warning'}
                title={each.line === undefined ? 'The file' : `Line ${each.line}`}
              >
                {each.message}
              </Notice>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

async function check(view: EditorView, show: (problems: readonly SettingsProblem[]) => void): Promise<readonly Diagnostic[]> {
  const { doc } = view.state;
  const { problems } = await ask('POST', '/api/settings/check', {
    body: { text: doc.toString() },
  });
  show(problems);
  return problems.map((problem) => {
    const line = doc.line(Math.min(problem.line ?? 1, doc.lines));
    const from = Math.min(line.from + (problem.column ?? 1) - 1, line.to);
    return { from, to: line.to, severity: problem.severity, message: problem.message };
  });
}

async function complete(service: LanguageService, context: CompletionContext): Promise<CompletionResult | null> {
  const document = TextDocument.create(URI, 'jsonc', 1, context.state.doc.toString());
  const list = await service.doComplete(document, document.positionAt(context.pos), service.parseJSONDocument(document));
  const first = list?.items[0]?.textEdit;
  if (list === null || first === undefined || !('range' in first)) return null;
  return {
    from: document.offsetAt(first.range.start),
    options: list.items.map((item) => ({
      label: item.filterText ?? item.label,
      displayLabel: item.label,
      // Snippets mark places with ${1:...}: the text alone is what a plain insertion wants.
      apply: (item.textEdit?.newText ?? item.insertText ?? item.label).replace(/\$\{\d+:([^}]*)\}|\$\d+/g, '$1'),
      info: typeof item.documentation === 'string' ? item.documentation : (item.documentation?.value ?? ''),
    })),
  };
}

async function hover(service: LanguageService, view: EditorView, position: number): Promise<Tooltip | null> {
  const document = TextDocument.create(URI, 'jsonc', 1, view.state.doc.toString());
  const found = await service.doHover(document, document.positionAt(position), service.parseJSONDocument(document));
  if (found === null) return null;
  const contents = Array.isArray(found.contents) ? found.contents : [found.contents];
  const text = contents.map((each) => (typeof each === 'string' ? each : each.value)).join('\n');
  return {
    pos: position,
    create: () => {
      const dom = window.document.createElement('div');
      dom.textContent = text.replaceAll('\\', '');
      return { dom };
    },
  };
}

const THEME = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--raised)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent-soft) 50%, transparent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    padding: '4px',
    maxWidth: '420px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
});

/** Of the page's own tokens, so that they have contrast in both themes. */
const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warning)' },
  { tag: tags.comment, color: 'var(--muted)' },
]);
