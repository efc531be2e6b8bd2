import { becomeOrdinaryUser } from '../unit/support/ordinary-user.ts';
import { aboutContent } from './oracle/about-content.ts';
import { aboutDirectories } from './oracle/about-directories.ts';
import { aboutIds } from './oracle/about-ids.ts';
import { aboutLinks } from './oracle/about-links.ts';
import { aboutPermissions } from './oracle/about-permissions.ts';
import { aboutProcesses } from './oracle/about-processes.ts';
import { aboutSettings } from './oracle/about-settings.ts';
import { compareWithProgram } from './oracle/oracle.ts';

becomeOrdinaryUser();

compareWithProgram([
  ...aboutIds,
  ...aboutLinks,
  ...aboutDirectories,
  ...aboutContent,
  ...aboutPermissions,
  ...aboutProcesses,
  ...aboutSettings,
]);
