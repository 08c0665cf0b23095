// The screens, by the first part of the address.
import { Changes } from './screens/changes.js';
import { Duplicates } from './screens/duplicates.js';
import { Files } from './screens/files.js';
import { History } from './screens/history.js';
import { Job } from './screens/job.js';
import { NewJob } from './screens/new.js';
import { Overview } from './screens/overview.js';
import { Plan } from './screens/plan.js';
import { Rename } from './screens/rename.js';
import { can, hasKind } from './session.js';

/**
 * @typedef {{id: string, title: string, is: any, icon?: string,
 *     nav?: boolean, under?: string, needs?: () => boolean}} Screen
 * `under`: the entry of the navigation that it belongs to. `needs`: it is left
 * out where the service has not that.
 */
export const SCREENS = /** @type {Screen[]} */ ([
    {
        id: 'overview',
        title: 'Overview',
        icon: 'overview',
        is: Overview,
        nav: true,
        needs: () => hasKind('summary'),
    },
    {
        id: 'files',
        title: 'Files',
        icon: 'files',
        is: Files,
        nav: true,
        needs: () => can('POST views'),
    },
    {
        id: 'duplicates',
        title: 'Duplicates',
        icon: 'dupes',
        is: Duplicates,
        nav: true,
        needs: () => hasKind('dupes') && can('POST views'),
    },
    {
        id: 'changes',
        title: 'Changes',
        icon: 'diff',
        is: Changes,
        nav: true,
        needs: () => hasKind('diff') && can('GET snapshots'),
    },
    {
        id: 'rename',
        title: 'Rename',
        icon: 'rename',
        is: Rename,
        nav: true,
        needs: () => hasKind('rename') && can('POST views'),
    },
    {
        id: 'history',
        title: 'History',
        icon: 'history',
        is: History,
        nav: true,
    },
    { id: 'new', title: 'New job', icon: 'plus', is: NewJob },
    { id: 'jobs', title: 'Job', is: Job, under: 'history' },
    { id: 'plans', title: 'Plan', is: Plan, under: 'history' },
]);

/** The screens that this service has something for. */
export const offered = () => SCREENS.filter((it) => it.needs?.() ?? true);
