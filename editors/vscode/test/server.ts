/** A client of the real server, as the extension is one, without VS Code around it. */

import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import {
  type ClientCapabilities,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializeRequest,
  type InitializeResult,
  InitializedNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  type TextEdit,
  type WorkspaceEdit,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";

/** The program that is tested. */
export const PROGRAM = path.resolve(process.env["PLIMSOLL"] ?? "../../target/debug/plimsoll");

/** What VS Code says of itself, as far as the server listens. */
const CAPABILITIES: ClientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  workspace: { workspaceEdit: { documentChanges: true } },
  textDocument: {
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "source", "source.fixAll"] } },
      dataSupport: true,
      isPreferredSupport: true,
    },
    publishDiagnostics: { relatedInformation: true, dataSupport: true },
  },
};

export class Server {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "plimsoll-")));
  private readonly process: ChildProcess;
  private readonly ended: Promise<number | null>;
  private readonly told = new Map<string, PublishDiagnosticsParams>();
  private waiting: (() => void)[] = [];
  readonly connection: ProtocolConnection;

  constructor(test: TestContext) {
    assert.ok(fs.existsSync(PROGRAM), `${PROGRAM} is not there: build it, or name it in PLIMSOLL`);
    this.process = spawn(PROGRAM, ["lsp"], { cwd: this.folder, stdio: ["pipe", "pipe", "inherit"] });
    this.ended = new Promise((done) => this.process.on("exit", done));
    assert.ok(this.process.stdout !== null && this.process.stdin !== null);
    this.connection = createProtocolConnection(this.process.stdout, this.process.stdin);
    this.connection.onNotification(PublishDiagnosticsNotification.type, (it) => {
      this.told.set(it.uri, it);
      for (const done of this.waiting.splice(0)) done();
    });
    this.connection.listen();
    // Also where a test fails halfway: nothing stays behind.
    test.after(() => {
      this.process.kill();
      this.connection.dispose();
      fs.rmSync(this.folder, { recursive: true, force: true });
    });
  }

  async initialize(initializationOptions: unknown): Promise<InitializeResult> {
    const uri = pathToFileURL(this.folder).href;
    const answer = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      capabilities: CAPABILITIES,
      initializationOptions,
      workspaceFolders: [{ uri, name: "test" }],
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    return answer;
  }

  write(name: string, text: string): string {
    const at = path.join(this.folder, name);
    fs.writeFileSync(at, text);
    return pathToFileURL(at).href;
  }

  async open(name: string, text: string, languageId = "dockercompose"): Promise<string> {
    const uri = this.write(name, text);
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
    return uri;
  }

  /** The findings of a document, once they are as wanted. */
  async diagnostics(uri: string, isWanted: (found: Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    for (;;) {
      const found = this.told.get(uri)?.diagnostics;
      if (found !== undefined && isWanted(found)) return found;
      await new Promise<void>((done, fail) => {
        const shown = JSON.stringify(found?.map((it) => it.message));
        const timer = setTimeout(() => fail(new Error(`the server was silent; last it said ${shown}`)), 10_000);
        this.waiting.push(() => {
          clearTimeout(timer);
          done();
        });
      });
    }
  }

  /** Ends the server as the protocol wants it, and gives its exit status. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return this.ended;
  }
}

/** The text of a document after an edit. */
export function apply(text: string, uri: string, edit: WorkspaceEdit): string {
  const edits: TextEdit[] = [...(edit.changes?.[uri] ?? [])];
  for (const it of edit.documentChanges ?? []) {
    assert.ok("textDocument" in it);
    assert.equal(it.textDocument.uri, uri);
    for (const change of it.edits) {
      assert.ok("newText" in change);
      edits.push(change);
    }
  }
  const lines = text.split(/(?<=\n)/);
  const offset = (at: { line: number; character: number }) =>
    lines.slice(0, at.line).join("").length + at.character;
  edits.sort((a, b) => offset(b.range.start) - offset(a.range.start));
  for (const it of edits) text = text.slice(0, offset(it.range.start)) + it.newText + text.slice(offset(it.range.end));
  return text;
}
