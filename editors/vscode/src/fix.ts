/** All safe fixes of a document at once. */

import type { CodeAction, CodeActionParams, Command, WorkspaceEdit } from "vscode-languageserver-protocol";

/** The kind of the action that does it. */
export const FIX_ALL = "source.fixAll.plimsoll";

/** A server that can be asked for actions. */
export type Ask = (params: CodeActionParams) => Promise<(Command | CodeAction)[] | null>;

/** The edit that fixes what is safe to fix. Nothing if there is nothing of the kind. */
export async function fixAll(ask: Ask, uri: string, lines: number): Promise<WorkspaceEdit | undefined> {
  const actions = await ask({
    textDocument: { uri },
    range: { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } },
    context: { diagnostics: [], only: [FIX_ALL] },
  });
  for (const it of actions ?? []) {
    if ("kind" in it && it.kind === FIX_ALL && it.edit !== undefined) return it.edit;
  }
  return undefined;
}
