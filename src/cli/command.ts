// What a command is made of: a definition that binds options, and a run that returns one value to show. Nothing here prints.

import type { Command } from 'commander';
import type * as z from 'zod/mini';
import type { App } from '../app.ts';
import type { BookFormat, Format } from '../config.ts';
import type { Style } from './render.ts';

/** The JSON-ready result of a command, without its `schema` key. */
export type Document = Readonly<Record<string, unknown>>;

/** A member of the document, or a member of one: `messages`, `bill.rows`. */
type RowsPath<Shape extends Document> = (keyof Shape & string) | `${keyof Shape & string}.${string}`;

/** What a command returns: one document, and how people read it. Every output format shows this same value. */
export type View<Shape extends Document = Document> = {
  /** Names the JSON: `tollbell.<command>/1`. */
  readonly command: string;
  /** What the JSON output passes through; `tollbell schema <command>` prints it. */
  readonly schema: z.ZodMiniType<Shape>;
  readonly document: Shape;
  /** The list inside the document that `csv` and `ndjson` show line by line, or its path; undefined when the document is a single thing. */
  readonly rows?: RowsPath<Shape>;
  /** The columns of `csv`, in order. */
  readonly columns: readonly string[];
  readonly text: (style: Style) => string | Promise<string>;
  /** How it is written for double-entry programs, where the command takes their formats. */
  readonly books?: (format: BookFormat) => Promise<string>;
  /** 0 where it is not given. */
  readonly exitCode?: number;
  /** What ended the command before it had done all, and is told once the view was shown; it then gives the exit code. */
  readonly failure?: Error;
  /** True for a command that ran until it was stopped and has said on standard output what it had to say. */
  readonly isSilent?: boolean;
};

export type CommandHost = {
  /** Opens the app, runs the body, shows its view, closes everything; errors rise to `main`. */
  readonly run: <Shape extends Document>(command: Command, body: (app: App) => Promise<View<Shape>>) => Promise<void>;
  /** Every command, defined on a program of its own: to be described, not to be run. */
  readonly all: () => Promise<readonly DefinedCommand[]>;
};

/** Adds one command to its parent, and returns the schema of its document (`View.schema`), so that it can be asked for without a run. */
export type Define = (parent: Command, host: CommandHost) => z.ZodMiniType;

/** A command with its place in the table and the schema of its document. */
export type DefinedCommand = { readonly path: string; readonly command: Command; readonly outputSchema: z.ZodMiniType };

/** One line of the command table. */
export type CommandEntry = {
  /** As the user types it: `contact add`. */
  readonly path: string;
  readonly summary: string;
  /** What it can write, where that is more than every command can. */
  readonly formats?: readonly Format[];
  /** Loads the command's file; its schemas are not built before the command is asked for. */
  readonly load: () => Promise<Define>;
};
