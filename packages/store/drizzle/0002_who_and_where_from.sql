ALTER TABLE `events` ADD `by` text;--> statement-breakpoint
ALTER TABLE `events` ADD `source` text;--> statement-breakpoint
ALTER TABLE `events` ADD `result` text DEFAULT 'done' NOT NULL;
