/**
 * A source puts the hash of the triggering process on its alert, and two alerts about powershell.exe share it. What
 * the operating system installed says nothing about who is behind a case.
 */

/** However a source writes the Windows folder: by device, by drive, by variable. */
const windowsFolder =
  /^(?:\\\\\?\\)?(?:(?:\\device\\harddiskvolume\d+|[a-z]:)\\windows|%systemroot%|%windir%|\\systemroot)\\/;

const windowsPrograms =
  /^(?:system32|syswow64|sysnative|winsxs|microsoft\.net|servicing)\\|^(?:explorer|notepad|regedit)\.exe$/;

/** Below the system directories, yet writable by any user: programs are dropped there to look like the system's. */
const dropped =
  /^[^\\]+\\(?:tasks|spool\\drivers\\color|spool\\printers|spool\\servers|com\\dmp|fxstmp|microsoft\\crypto\\rsa\\machinekeys)\\/;

const unixPrograms = /^\/(?:usr\/)?(?:s?bin|lib(?:exec|32|64)?)\/|^\/system\//;

const installed =
  /^(?:\\device\\harddiskvolume\d+|[a-z]:)\\program files(?: \(x86\))?\\|^\/(?:opt|applications)\//;

/** Whether a program stands where an administrator installs programs: most likely the company's own software. */
export function isInstalledProgram(path: string): boolean {
  return installed.test(path.toLowerCase());
}

/** Whether a program stands where only the operating system's installer writes. */
export function isSystemProgram(path: string): boolean {
  const lower = path.toLowerCase();
  if (lower.startsWith("/")) return unixPrograms.test(lower);
  const written = lower.replaceAll("/", "\\");
  const [folder] = windowsFolder.exec(written) ?? [];
  if (folder === undefined || written.includes("\\..\\")) return false;
  const below = written.slice(folder.length);
  return windowsPrograms.test(below) && !dropped.test(below);
}
