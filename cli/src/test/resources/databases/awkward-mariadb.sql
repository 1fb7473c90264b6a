CREATE TABLE `all types` (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  t tinyint, b bigint unsigned, z int(7) zerofill, de decimal(65,30), f float, fm float(10,2), d double,
  bi bit(64), b1 bit(1), y year, da date, ti time(6), dt datetime(6), ts timestamp(6) NULL,
  c char(10) CHARACTER SET latin1, v varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  sj varchar(50) CHARACTER SET sjis, u16 varchar(50) CHARACTER SET utf16,
  bin binary(4), vb varbinary(300), bl longblob, tx mediumtext CHARACTER SET utf8mb4,
  e enum('x','y''z','ä') CHARACTER SET utf8mb4, s set('a','b','c'), j json, u uuid, i6 inet6,
  g geometry, p point,
  gv int GENERATED ALWAYS AS (t + 1) VIRTUAL, gs varchar(20) GENERATED ALWAYS AS (concat('<', t, '>')) STORED,
  inv int INVISIBLE DEFAULT 7
) ENGINE=InnoDB AUTO_INCREMENT=5000
;;
INSERT INTO `all types` (id,t,b,z,de,f,fm,d,bi,b1,y,da,ti,dt,ts,c,v,sj,u16,bin,vb,bl,tx,e,s,j,u,i6,g,p,inv) VALUES
 (0,-128,18446744073709551615,42,'12345678901234567890123456789012345.123456789012345678901234567891',0.1,12345678.9,'-0',
  b'1000000000000000000000000000000000000000000000000000000000001010',b'1',2155,'0000-00-00','-838:59:59.999999','9999-12-31 23:59:59.999999','2026-03-29 01:30:00.000001',
  'é  ','tab\tnl\ncr\rbs\\ \\N \0 🦊','日本','𝄞',x'00',x'000a09ff5c4e',REPEAT(x'00ff0a095c4e27',30000),'\\N',
  'y''z','a,c','{"a": [1, 2.50, null, "\\u00e9"]}','123e4567-e89b-12d3-a456-426614174000','::ffff:1.2.3.4',
  ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 1))', 4326),POINT(-1.5,1e300),NULL),
 (4294967200,127,0,0,'-0.000000000000000000000000000001',-3.4028234e38,-0.01,-1.7976931348623157e308,
  0,b'0',0,'2020-02-30','00:00:00','0000-00-00 00:00:00','0000-00-00 00:00:00',
  '','','','',x'01020304','','','','','','null',NULL,'::',NULL,NULL,8)
;;
INSERT INTO `all types` (d) VALUES (2.2250738585072014e-308),(5e-324),(-2.2250738585072011e-308),(0.1),(1e23),(123456789012345678)
;;
CREATE TABLE none (only_default int DEFAULT 3, KEY (only_default)) COMMENT='it''s empty; really' 
;;
CREATE TABLE keyless (a int, b text)
;;
INSERT INTO keyless VALUES (2,'b'),(1,'a'),(2,'b'),(NULL,NULL)
;;
CREATE TABLE aria (a int PRIMARY KEY) ENGINE=Aria
;;
INSERT INTO aria VALUES (1),(2)
;;
CREATE TABLE `we``ird 名前.x` (`col``umn` varchar(10), `b"c` int, PRIMARY KEY (`b"c`, `col``umn`))
;;
INSERT INTO `we``ird 名前.x` VALUES ('z',1),('a',2),('b',1)
;;
CREATE TABLE part (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)
;;
INSERT INTO part VALUES (1,'2019-01-01'),(2,'2021-01-01'),(1,'2022-01-01')
;;
CREATE TABLE a_child (id int PRIMARY KEY, parent int, CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES z_parent (id) ON DELETE CASCADE, CONSTRAINT positive CHECK (id > 0))
;;
CREATE TABLE z_parent (id int PRIMARY KEY, friend int, name varchar(20), CONSTRAINT to_child FOREIGN KEY (friend) REFERENCES a_child (id), FULLTEXT KEY ft (name)) COLLATE utf8mb4_unicode_ci
;;
INSERT INTO z_parent VALUES (1, 1, 'one'), (2, 1, 'two')
;;
INSERT INTO a_child VALUES (1, 2), (2, NULL)
;;
CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 5 MAXVALUE 1000 CYCLE CACHE 3
;;
CREATE TABLE numbered (id int DEFAULT nextval(numbers), x int)
;;
INSERT INTO numbered (x) VALUES (1),(2),(3),(4)
;;
CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2
;;
CREATE VIEW z_view AS SELECT id, twice(id) AS doubled, 'é''' AS w FROM z_parent
;;
CREATE SQL SECURITY INVOKER VIEW a_view AS SELECT * FROM z_view WHERE doubled > 2 WITH CASCADED CHECK OPTION
;;
CREATE TABLE log (n int AUTO_INCREMENT PRIMARY KEY, what varchar(50))
;;
CREATE TRIGGER second BEFORE INSERT ON keyless FOR EACH ROW SET NEW.b = concat(NEW.b, '2')
;;
CREATE TRIGGER first BEFORE INSERT ON keyless FOR EACH ROW PRECEDES second BEGIN SET NEW.b = concat(NEW.b, '1'); INSERT INTO log (what) VALUES ('in; -- "x"'); END
;;
CREATE TRIGGER gone AFTER DELETE ON z_parent FOR EACH ROW INSERT INTO log (what) VALUES (OLD.name)
;;
INSERT INTO keyless VALUES (9, 'x')
;;
CREATE PROCEDURE work(IN a int, OUT b varchar(10) CHARACTER SET latin1) COMMENT 'c''s' BEGIN DECLARE x int; SELECT COUNT(*) INTO x FROM z_view; SET b = x + a; END
;;
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'
;;
CREATE PROCEDURE ansi() SELECT "a" AS "b\" FROM keyless
;;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'
;;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'n' DO DELETE FROM log
