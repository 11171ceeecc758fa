#!/usr/bin/env bun
import { askThisMachineDirectly, processIo } from "./environment.ts";
import { runCli } from "./run-cli.ts";

askThisMachineDirectly(process.env);
process.exitCode = await runCli(process.argv.slice(2), processIo());
