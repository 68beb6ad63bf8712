/** What the server is told of the settings. */

import { type Machine, expand } from "./binary";

/** The settings below `plimsoll.` that the server knows. */
export interface Settings {
  config: string;
  isolated: boolean;
  inlayHints: boolean;
}

/** Their form in `initializationOptions`. */
export interface Options {
  config: string | null;
  isolated: boolean;
  inlayHints: boolean;
}

/** What goes to the server when it starts. A path is made absolute, since the server knows no folder it starts from. */
export function options(machine: Machine, settings: Settings, folder: string | undefined): Options {
  const config = settings.config.trim();
  return {
    config: config === "" ? null : expand(machine, config, folder),
    isolated: settings.isolated,
    inlayHints: settings.inlayHints,
  };
}

/** What goes to the server when the settings have changed. */
export function changed(now: Options): { settings: { plimsoll: Options } } {
  return { settings: { plimsoll: now } };
}

/** Settings that take another server, and not only a message to the one that runs. */
export const RESTARTING = ["plimsoll.enable", "plimsoll.path"];
