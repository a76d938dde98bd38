/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unlocks the booted deployment, writes below /usr, says how it stands, and locks it again.
 *
 *   valac --pkg ostree-unlock-1 unlock.vala && ./unlock
 */
using OstreeSysrootUnlock;
void work (Ostree.Sysroot sysroot) throws GLib.Error {
    FileUtils.set_contents ("/usr/share/hello", "hello\n");
    var options = new Options ();
    options.set_usage (true);
    status (sysroot, null, options, null).get_hierarchies ().foreach ((hierarchy) => {
        uint64 entries, bytes;
        hierarchy.get_upper_usage (out entries, out bytes);
        print ("%s: %llu entries\n", hierarchy.get_path (), entries);
    });
}

int main () {
    var sysroot = new Ostree.Sysroot.default ();
    try {
        /* What others wrote would go with the end, which comes whatever happens. */
        var options = new Options ();
        options.set_only_locked (true);
        begin (sysroot, null, Ostree.DeploymentUnlockedState.DEVELOPMENT, options, null);
        GLib.Error? failed = null;
        try {
            work (sysroot);
        } catch (GLib.Error error) {
            failed = error;
        }
        end (sysroot, null, null, null);
        if (failed != null)
            throw failed;
    } catch (GLib.Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
    print ("/usr is as it was before\n");
    return 0;
}
