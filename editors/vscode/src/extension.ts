/** The extension: starts the server when there is a Compose file, and speaks to the user. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  type ExtensionContext,
  type LogOutputChannel,
  type TextDocument,
  Uri,
  commands,
  env,
  window,
  workspace,
} from "vscode";
import {
  CodeActionRequest,
  DidChangeConfigurationNotification,
  LanguageClient,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import { type Machine, find } from "./binary";
import { fixAll } from "./fix";
import { type Options, RESTARTING, changed, options } from "./options";
import { SELECTOR, isReason } from "./selector";

const INSTALL = "https://github.com/plimsoll-lint/plimsoll#install";

let extension: Extension | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  extension = new Extension(window.createOutputChannel("Plimsoll", { log: true }));
  const it = extension;
  context.subscriptions.push(
    it.output,
    commands.registerCommand("plimsoll.restart", () => it.restart()),
    commands.registerCommand("plimsoll.showOutput", () => it.output.show()),
    commands.registerCommand("plimsoll.fixAll", () => it.fixAll()),
    workspace.onDidOpenTextDocument((document) => it.opened(document)),
    workspace.onDidChangeConfiguration(async (event) => {
      if (RESTARTING.some((name) => event.affectsConfiguration(name))) await it.refresh();
      else if (event.affectsConfiguration("plimsoll")) await it.tell();
    }),
    // What the workspace sets counts from now on.
    workspace.onDidGrantWorkspaceTrust(() => it.refresh()),
  );
  for (const document of workspace.textDocuments) await it.opened(document);
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
  extension = undefined;
}

class Extension {
  private client: LanguageClient | undefined;
  /** Whether a document was open for which there is to be a server. */
  private isWanted = false;
  /** One start or stop at a time, in the order in which they were asked for. */
  private queue: Promise<void> = Promise.resolve();

  constructor(readonly output: LogOutputChannel) {}

  /** Starts the server with the first document that is a reason to. */
  async opened(document: TextDocument): Promise<void> {
    const { uri, languageId: language } = document;
    if (this.isWanted || !isReason({ scheme: uri.scheme, language, path: uri.path })) return;
    this.isWanted = true;
    await this.refresh();
  }

  /** Starts the server again, also where no Compose file was open so far: somebody asks for it. */
  async restart(): Promise<void> {
    this.isWanted = true;
    await this.refresh();
  }

  /** Ends the server that runs, and starts one if there is to be one. */
  refresh(): Promise<void> {
    return this.queued(async () => {
      await this.end();
      if (this.isWanted && setting("enable", true)) await this.start();
    });
  }

  stop(): Promise<void> {
    return this.queued(() => this.end());
  }

  /** Tells the server what has changed in the settings. */
  tell(): Promise<void> {
    return this.queued(async () => {
      await this.client?.sendNotification(DidChangeConfigurationNotification.type, changed(currentOptions()));
    });
  }

  /** Applies what is safe to the document that is shown. */
  async fixAll(): Promise<void> {
    const { client } = this;
    const document = window.activeTextEditor?.document;
    if (document === undefined) return;
    if (client === undefined || !client.isRunning()) {
      void window.showWarningMessage("Plimsoll does not run. `Plimsoll: Show output` may tell why.");
      return;
    }
    const uri = client.code2ProtocolConverter.asUri(document.uri);
    const version = document.version;
    const edit = await fixAll((it) => client.sendRequest(CodeActionRequest.type, it), uri, document.lineCount);
    if (edit === undefined) {
      void window.showInformationMessage("Plimsoll: nothing in this file can be fixed safely.");
      return;
    }
    const isCurrent = document.version === version;
    if (!isCurrent || !(await workspace.applyEdit(await client.protocol2CodeConverter.asWorkspaceEdit(edit)))) {
      void window.showWarningMessage("Plimsoll: the file has changed in the meantime. Nothing was fixed.");
    }
  }

  private queued(work: () => Promise<void>): Promise<void> {
    const next = this.queue.then(work).catch((error: unknown) => {
      this.output.error(error instanceof Error ? error : String(error));
    });
    this.queue = next;
    return next;
  }

  private async start(): Promise<void> {
    const configuration = workspace.getConfiguration("plimsoll");
    const value = configuration.get<string>("path", "");
    const user = configuration.inspect<string>("path")?.globalValue;
    const search = find(machine(), { value, user }, workspace.isTrusted, folder());
    if ("missing" in search) {
      this.output.error(`${search.missing} See ${INSTALL}`);
      // Nobody waits for what the user answers.
      void this.ask(search.missing);
      return;
    }
    this.output.info(`starting ${search.found} (from the ${search.from})`);
    const client = new LanguageClient(
      "plimsoll",
      "Plimsoll",
      { command: search.found, args: ["lsp"] },
      {
        documentSelector: SELECTOR,
        outputChannel: this.output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: currentOptions,
        diagnosticCollectionName: "plimsoll",
      },
    );
    this.client = client;
    await client.start();
  }

  private async end(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    // One that failed to start has nothing to stop.
    await client?.dispose().catch((error: unknown) => this.output.warn(String(error)));
  }

  /** Says that the program is not there, and what can be done. */
  private async ask(missing: string): Promise<void> {
    const install = "How to install it";
    const set = "Set its path";
    const answer = await window.showErrorMessage(`Plimsoll: ${missing}`, install, set);
    if (answer === install) await env.openExternal(Uri.parse(INSTALL));
    if (answer === set) await commands.executeCommand("workbench.action.openSettings", "plimsoll.path");
  }
}

function setting<T>(name: string, otherwise: T): T {
  return workspace.getConfiguration("plimsoll").get<T>(name, otherwise);
}

function currentOptions(): Options {
  const settings = {
    config: setting("config", ""),
    isolated: setting("isolated", false),
    inlayHints: setting("inlayHints", false),
  };
  return options(machine(), settings, folder());
}

/** The first folder of the workspace. */
function folder(): string | undefined {
  return workspace.workspaceFolders?.find((it) => it.uri.scheme === "file")?.uri.fsPath;
}

function machine(): Machine {
  return { platform: process.platform, env: process.env, home: os.homedir(), isProgram };
}

function isProgram(at: string): boolean {
  try {
    fs.accessSync(at, fs.constants.X_OK);
    return path.isAbsolute(at) && fs.statSync(at).isFile();
  } catch {
    return false;
  }
}
