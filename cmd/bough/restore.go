package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

const restoreLong = `Put a backup in the place of central's file, while central does not run. The
backup is checked first: that it is sound, of this bank, and not of a newer
version. The file from before is kept aside.

What happened after the backup is not lost: the nodes still have it, and send it
again as soon as they have the line. Head office's own work after the backup
(people, imports, parameters) comes back from the pages that the nodes keep under
central's seal; what no node had read is lost, so look at what was kept, and at
'bough restored', which tells what came back. Who was ordered erased stays erased:
the ledger beside the file is carried out before anybody is served, and what it
lacks comes back from the nodes. Workstations that joined after the backup are taken
in again by their certificates; those that were revoked after it have to be revoked
again.

The keys are not in a backup. On a new machine put central's authority.pem,
central.json, data.key and wrapping.key into the directory first, and
erasures.ledger if the old disk can still be read.`

func (p *program) restore() *cobra.Command {
	var dir, from string
	cmd := &cobra.Command{
		Use: "restore --dir D --from FILE", Short: "Put a backup in the place of central's file", Long: restoreLong, GroupID: groupCare, Args: noArgs,
		Example: "  bough restore --dir /var/lib/bough --from /mnt/backup/bough-monday.db",
	}
	dirFlag(cmd, &dir, "central, which is stopped")
	cmd.Flags().StringVar(&from, "from", "", "the backup, as 'bough backup' wrote it")
	must(cmd.MarkFlagRequired("from"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		o, err := p.options(dir)
		if err != nil {
			return err
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return missing(dir, "central")
		}
		r, err := node.Restore(cmd.Context(), o, from)
		if err != nil {
			return err
		}
		if r.Kept != "" {
			p.print("%s", r.Kept)
			p.say("The file from before is kept there.")
		}
		if r.BackupMS > 0 {
			p.say("The backup last heard a node at %s.", time.UnixMilli(r.BackupMS).Format("2006-01-02 15:04"))
		}
		p.say("Restored: central writes as origin %d now, and its feeds are of a new epoch.\n"+
			"The nodes send again what the backup lacks, and keep what head office wrote:\n"+
			"'bough restored' tells what came back. Enrolment codes are void; whoever was\n"+
			"revoked after the backup has to be revoked again.", r.Origin)
		return nil
	})
	return cmd
}
