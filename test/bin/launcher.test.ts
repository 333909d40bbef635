// bin/tollbell.js on its own, with a stand-in for the built program: arguments, exit codes, and what happens without a build.

import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installLauncher, run } from './launcher.ts';

describe('the launcher', () => {
  test('hands over the arguments and takes the exit code', () => {
    const place = installLauncher();
    expect(run(place, ['echo', '--code', '3', 'äöü'])).toMatchObject({ status: 3, stdout: '["echo","--code","3","äöü"]\n', stderr: '' });
  });

  test.each(['--version', '-V'])('%s prints the version of package.json', (flag) => {
    const place = installLauncher();
    expect(run(place, [flag])).toMatchObject({ status: 0, stdout: '1.2.3\n', stderr: '' });
  });

  test('works through a symbolic link, as npm link makes it', () => {
    const place = installLauncher();
    const link = join(place.folder, 'elsewhere');
    symlinkSync(place.launcher, link);
    expect(run({ ...place, launcher: link }, ['echo']).stdout).toBe('["echo"]\n');
  });

  test('takes the own file of a frequent command, and the whole program for its help', () => {
    const place = installLauncher();
    expect(run(place, ['often', 'x']).stdout).toBe('often\n');
    expect(run(place, ['often', '--help']).stdout).toBe('["often","--help"]\n');
    expect(run(place, ['../dist/often', 'x']).stdout).toBe('["../dist/often","x"]\n');
    expect(run(place, []).stdout).toBe('[]\n');
  });

  test('says what to do where nothing was built', () => {
    const place = installLauncher();
    rmSync(join(place.folder, 'dist'), { recursive: true });
    const result = run(place, ['echo']);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^[^\n]*npm run build[^\n]*\n$/);
  });
});
