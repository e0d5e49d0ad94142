ALTER TABLE `guests` ADD `revision` integer DEFAULT 1 NOT NULL;
