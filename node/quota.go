package node

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Limits of what sync takes of the line.
const (
	lineShare  = 4 // a quarter of the line in business hours
	quotaEvery = time.Minute
	minRate    = 500 // bytes a second, however narrow the line and many the workstations: a page in half a minute
)

// quota keeps what bulk may take of the line now, until ctx ends.
func (b *Branch) quota(ctx context.Context) {
	for {
		rate, err := b.rateNow(ctx)
		if err != nil && ctx.Err() == nil {
			b.o.Log.Error("what may be taken of the line cannot be read", "error", err)
		}
		b.rate.Store(rate)
		select {
		case <-b.o.After(quotaEvery):
		case <-b.parameters:
		case <-ctx.Done():
			return
		}
	}
}

// rateNow is how many bytes a second this workstation may take: its part of a
// quarter of what head office says of the line, in business hours; 0: all.
func (b *Branch) rateNow(ctx context.Context) (rate int64, err error) {
	err = b.Store.File.Read(ctx, func(tx *rows.Tx) error {
		r := b.Desk.Reader(tx)
		kbit, err := r.Setting(crm.SettingLine)
		if err != nil {
			return err
		}
		hours, err := r.Setting(crm.SettingLineHours)
		if err != nil {
			return err
		}
		if met, err := b.Store.Local.Met(tx); err != nil {
			return err
		} else if !met && kbit == "" {
			kbit, hours = strconv.FormatInt(b.me.Line.Kbit, 10), b.me.Line.Hours
		}
		week, _, err := r.Calendar()
		if err != nil {
			return err
		}
		now := b.nowMS()
		works, _ := week.Works(now)
		speed, bad := strconv.ParseInt(kbit, 10, 64)
		if bad != nil || speed <= 0 || !inHours(hours, works, time.UnixMilli(now).In(week.Zone())) {
			return nil
		}
		stations, _, err := tx.Int(`SELECT count(*) FROM node WHERE branch=?1 AND coalesce(revoked, 0)=0`, b.me.Branch)
		rate = share(speed, stations)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("node: share of the line: %w", err)
	}
	return rate, nil
}

// line is what head office says of the line of a branch: sync keeps to its part
// of what is to be shared.
func (h *HeadOffice) line(ctx context.Context, branch int64) (line wire.Share, err error) {
	err = h.Office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT name, value FROM parameter WHERE name IN (?1, ?2) AND value<>'' AND (branch IS NULL OR branch IN (0, ?3)) ORDER BY branch`, func(s *rows.Stmt) error {
			if s.ColumnText(0) == crm.SettingLineHours {
				line.Hours = s.ColumnText(1)
				return nil
			}
			line.Kbit, _ = strconv.ParseInt(s.ColumnText(1), 10, 64) // what cannot be read is not to be shared
			return nil
		}, crm.SettingLine, crm.SettingLineHours, branch)
	})
	return line, err
}

// rate is how many bytes a second one workstation of a branch may take of its
// line now; 0: all.
func (h *HeadOffice) rate(ctx context.Context, branch int64) (rate int64, err error) {
	line, err := h.line(ctx, branch)
	if err != nil || line.Kbit <= 0 {
		return 0, err
	}
	err = h.Office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		week, _, err := h.Desk.Reader(tx).Calendar()
		if err != nil {
			return err
		}
		works, _ := week.Works(h.nowMS())
		if !inHours(line.Hours, works, time.UnixMilli(h.nowMS()).In(week.Zone())) {
			return nil
		}
		stations, _, err := tx.Int(`SELECT count(*) FROM node WHERE branch=?1 AND coalesce(revoked, 0)=0`, branch)
		rate = share(line.Kbit, stations)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("node: share of the line: %w", err)
	}
	return rate, nil
}

// share is what one of so many workstations may take of a line, bytes a second.
func share(kbit, stations int64) int64 {
	return max(kbit*1000/8/lineShare/max(stations, 1), minRate)
}

// inHours reports whether a time of day lies in the hours of a day that is worked;
// what cannot be read stands for the default. A whole day means every day.
func inHours(hours string, works bool, at time.Time) bool {
	from, until, err := crm.ParseHours(hours)
	if err != nil {
		from, until, _ = crm.ParseHours(crm.LineHours)
	}
	if from == 0 && until == 24*60 {
		return true
	}
	minute := at.Hour()*60 + at.Minute()
	return works && minute >= from && minute < until
}
