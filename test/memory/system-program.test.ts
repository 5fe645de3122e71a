import { describe, expect, it } from "vitest";
import { isSystemProgram } from "../../src/memory/system-program.ts";

describe("a system program", () => {
  it.each([
    String.raw`\Device\HarddiskVolume3\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
    String.raw`C:\Windows\SysWOW64\rundll32.exe`,
    String.raw`C:\Windows\explorer.exe`,
    String.raw`%SystemRoot%\System32\cmd.exe`,
    "C:/Windows/System32/cmd.exe",
    "/usr/bin/dash",
    "/bin/sh",
    "/usr/libexec/sshd-session",
    "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder",
  ])("is %s", (path) => {
    expect(isSystemProgram(path)).toBe(true);
  });

  it.each([
    String.raw`C:\Windows\Temp\winsvc64.exe`,
    String.raw`C:\Windows\winsvc64.exe`,
    String.raw`C:\Windows\System32\spool\drivers\color\x.exe`,
    String.raw`C:\Windows\System32\Tasks\x.exe`,
    String.raw`C:\Windows\System32\..\Temp\x.exe`,
    String.raw`C:\Users\j.doe\Windows\System32\cmd.exe`,
    String.raw`C:\Program Files\NorthVault\Agent\nvagent.exe`,
    String.raw`C:\system32\cmd.exe`,
    "/usr/local/bin/x",
    "/tmp/usr/bin/dash",
    "powershell.exe",
  ])("is not %s", (path) => {
    expect(isSystemProgram(path)).toBe(false);
  });
});
